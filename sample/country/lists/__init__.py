"""What lists of reports are made of: rows, titles, pagers, totals, nesting, what stands around."""
