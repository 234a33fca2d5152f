"""What every platform's lists have in common: pages, rows, pagers, branches, pagination."""
