"""What a visit, a reading or the end of a run changes, layer by layer.

First the derived rows, then the checks, then the events and the search index. These layers do not
call one another; the functions here do.
"""
