"""Turns at servers: one request at a time to an address, and which site comes next."""
