"""Imports: captures that others made, out of WARC, ARC, WACZ, mirrors and saved pages."""
