"""Counts against each other."""
