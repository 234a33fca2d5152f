"""Explanations: for each field of a reading what it was chosen among, by which rule, and where."""
