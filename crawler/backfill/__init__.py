"""Backfill: captures that web archives have of a site, asked of their indexes and fetched."""
