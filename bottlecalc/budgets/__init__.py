"""Budgets: read, held, and what was counted before."""
