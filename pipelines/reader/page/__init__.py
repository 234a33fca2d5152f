"""From HTML to a document: parsing, main text, header, boilerplate, content digest."""
