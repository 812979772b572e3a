"""What a layer is, what it costs, and what is counted of it."""
