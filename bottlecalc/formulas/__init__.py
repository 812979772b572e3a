"""Closed forms: what a block costs, by arithmetic alone."""
