"""What if: sweeps, and questions solved on the closed forms."""
