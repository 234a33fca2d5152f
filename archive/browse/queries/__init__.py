"""What the pages show, asked of the archive: one module for each page, functions that return
dataclasses.
"""
