"""What if: sweeps over designs, and questions solved on the closed forms."""
