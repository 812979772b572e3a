"""What of a whole network is turned, beside the keys of its blocks."""

from __future__ import annotations

KNOBS = ("width", "depth", "classes", "block")
"""By how much channels and depths are multiplied, of how many classes, of which blocks."""
