"""``python -m bottlecalc``, and the command itself: quiet at Ctrl-C from its first moment on."""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys


def main() -> None:
    """Run the command line; until it is loaded, and once it is done, Ctrl-C just ends it."""
    _collect_less()
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


def _collect_less() -> None:
    """Spare the collecting of what stays until the end anyway: modules, and torch's above all.

    Collecting it over and over while it is loaded, and once more at exit, would be a tenth of
    what counting ResNet-50 takes, and of a table that is computed at once.
    """
    gc.set_threshold(1_000_000)
    atexit.register(gc.freeze)


def _end(number: int, _frame: object) -> None:
    os._exit(128 + number)


if __name__ == "__main__":
    if not sys.flags.safe_path:
        del sys.path[0]  # the working directory: a block's spec imports nothing from there
    main()
