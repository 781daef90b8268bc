"""Keep numbers of JSON text as they are written: a parser would turn 1.10 into 1.1 and round long ones.

Every number outside strings is wrapped into a string that begins with a mark; the parser passes strings on untouched,
and `NESTED_NUMBER` helps to take the mark away again. Vectorized over bytes.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["MARK", "NESTED_NUMBER", "marked"]

MARK = "\x01"
"""No JSON text holds this character unescaped."""

NESTED_NUMBER = r'"\\u0001([-+.0-9eE]+)"'
"""A wrapped number in JSON text that the parser wrote; its first group is the number."""

_OPEN = np.frombuffer(b'"\\u0001', np.uint8)
_CLOSE = np.frombuffer(b'"', np.uint8)
_NUMERIC = np.zeros(256, np.bool_)
_NUMERIC[list(b"+-.0123456789eE")] = True
_STARTS = np.zeros(256, np.bool_)
_STARTS[list(b"-0123456789")] = True


def _escaped(block: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """True for each byte after an odd run of backslashes."""
    result = np.zeros(len(block), np.bool_)
    slashes = np.flatnonzero(block == 92)
    if not len(slashes):
        return result
    first = np.flatnonzero(np.diff(slashes, prepend=-2) != 1)
    last = np.append(first[1:], len(slashes)) - 1
    after = slashes[last[(last - first) % 2 == 0]] + 1
    result[after[after < len(block)]] = True
    return result


def _inside_strings(block: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """True from an opening quote up to, without, the closing one; begins anew on every line."""
    quotes = (block == 34) & ~_escaped(block)
    count = np.cumsum(quotes, dtype=np.int32)
    line_ends = np.flatnonzero(block == 10)
    if len(line_ends):
        at_end = count[line_ends]
        # An odd count at a line's end is a string left open: counting anew, the next line begins outside again.
        if np.any(at_end & 1):
            lengths = np.diff(np.concatenate(([0], line_ends + 1, [len(block)])))
            count = count - np.repeat(np.concatenate(([0], at_end)), lengths)
    inside: NDArray[np.bool_] = (count & 1).astype(np.bool_)
    return inside


def marked(data: bytes) -> bytes:
    """Whole lines of JSON with each number outside strings wrapped as a marked string; broken lines stay broken."""
    block = np.frombuffer(data, np.uint8)
    numeric = _NUMERIC[block] & ~_inside_strings(block)
    edges = np.flatnonzero(np.diff(numeric, prepend=False, append=False))
    starts, ends = edges[0::2], edges[1::2]
    numbers = _STARTS[block[starts]]  # the e of true and false is no number
    starts, ends = starts[numbers], ends[numbers]
    if not len(starts):
        return data
    where = np.concatenate((np.repeat(starts, len(_OPEN)), ends))
    what = np.concatenate((np.tile(_OPEN, len(starts)), np.repeat(_CLOSE, len(ends))))
    return np.insert(block, where, what).tobytes()
