"""Lists that are described as data: what is asked for, and where its answers have the rows."""
