"""Full-text search over Chinese text."""
