"""The one model of an archive's rows: record classes and the queries that yield them.

Pages, commands, exports and Python programs use these records. `rows` has the tables that
programs are given, `documents`, `reports` and the other modules what a person looks at, `crawls`
what the crawler asks about earlier runs. Nothing here writes.
"""
