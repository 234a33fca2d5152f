"""OCR: images of reports brought to cells and lines, each with how sure its text is.

What needs OpenCV and onnxruntime (the extra `ocr`) is imported where images are looked at. What
was recognised is a record (:mod:`.recognition`), which the reader reads without either.
"""
