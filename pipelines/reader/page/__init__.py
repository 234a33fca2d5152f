"""What a page is made of: its elements in order, containers of articles, boilerplate, digest."""
