"""Files that a page hands out, made when they are asked for."""
