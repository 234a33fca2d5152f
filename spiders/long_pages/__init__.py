"""Long pages: what reading processes do with those that would hold up the crawl."""
