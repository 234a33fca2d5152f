"""What persons judge of what was read: in a file of its own, beside readings and never in them."""
