"""From HTML or text to a document: its title and header lines, its body, its tables and links."""
