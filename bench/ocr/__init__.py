"""How right OCR is: reports made into page images as scanners make them, and read again."""
