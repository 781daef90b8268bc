"""The command `ronghe`: thin commands over the journeys, in the reader's language."""

from ronghe.cli.application import main

__all__ = ["main"]
