"""``python -m bottlecalc``, and the command itself: quiet at Ctrl-C from its first moment on."""

from __future__ import annotations

import os
import signal
import sys


def main() -> None:
    """Run the command line; until it is loaded, and once it is done, Ctrl-C just ends it."""
    heeded = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if heeded:
        signal.signal(signal.SIGINT, _end)
    from bottlecalc import cli

    if heeded:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        cli.run()
    finally:
        if heeded:
            signal.signal(signal.SIGINT, _end)


def _end(number: int, _frame: object) -> None:
    os._exit(128 + number)


if __name__ == "__main__":
    if not sys.flags.safe_path:
        del sys.path[0]  # the working directory: a block's spec imports nothing from there
    main()
