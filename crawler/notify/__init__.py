"""Tell people what the feed has: their filters, messages, channels, and how far each is."""
