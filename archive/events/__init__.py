"""Events: what is told once each and in order, of pages and of findings (table `changes`)."""
