"""What is told, once each and in order: events of pages and of findings."""
