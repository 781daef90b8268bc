"""A small client of the platform's API, with nothing but Python's own library below it."""

from ronghe.client.calls import Client, Wish
from ronghe.client.errors import Answered, Denied, Failed, TooOften, Unfit, Unreachable

__all__ = ["Answered", "Client", "Denied", "Failed", "TooOften", "Unfit", "Unreachable", "Wish"]
