"""How the file is opened and written: schema, connection, batches, atomic files."""
