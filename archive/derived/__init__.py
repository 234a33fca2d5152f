"""What follows from what was seen: observations, documents, versions, readings, reports. It can
be rebuilt.
"""
