"""The statutory tables: forms, grids, flattened layouts, figures and their checks."""
