"""What comes in from elsewhere: imports and merges."""
