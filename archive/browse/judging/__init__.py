"""What persons judged, beside what was read; and how a reader says that something looks wrong."""
