"""What builds data and documentation; not installed."""
