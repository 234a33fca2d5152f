"""Care of the file: backup, snapshot, manifest, disk usage."""
