"""Counts against each other, layer by layer: of any number of counters, of blocks and models."""
