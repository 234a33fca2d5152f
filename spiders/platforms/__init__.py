"""One module per CMS family; `docs/sites.md` says how each one lists."""
