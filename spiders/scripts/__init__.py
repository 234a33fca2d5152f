"""Scripts of list pages, read and never run: what a function asks a server for."""
