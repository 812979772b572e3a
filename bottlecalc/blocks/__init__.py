"""Block specifications: what the user said of a block."""
