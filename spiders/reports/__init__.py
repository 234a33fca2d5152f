"""Pages that lists name: what carries the report of each, and how it is had."""
