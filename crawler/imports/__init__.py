"""Imports: captures that others made, out of WARC, WACZ, mirrors and saved pages."""
