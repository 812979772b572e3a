"""``python -m bottlecalc``."""

from bottlecalc.cli import main

main()
