"""Site files written by programs: proposed ones, and what a check saw of a site."""
