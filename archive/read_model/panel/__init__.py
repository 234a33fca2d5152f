"""The wide panel: a row for each report, a column for each measure of whatever form."""
