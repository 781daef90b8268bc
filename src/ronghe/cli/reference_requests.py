"""The reference page of the life of a request, from the table of moves itself."""

from collections.abc import Iterator

from ronghe.cli.markdown import in_both, row
from ronghe.platform.requests.rules import MOVES, moves_from
from ronghe.terms import RequestState

__all__ = ["requests_page"]


def _diagram() -> Iterator[str]:
    """Each state with the moves that lead out of it."""
    widest = max(len(state) for state in RequestState)
    for state in RequestState:
        ways = [f"{rule.name} -> {rule.after}" for rule in moves_from(state)]
        yield f"{state:<{widest}}  {ways[0] if ways else '(end)'}"
        yield from (f"{'':<{widest}}  {way}" for way in ways[1:])


def requests_page() -> Iterator[str]:
    """Moves and states, for every kind of thing that is shared."""
    yield "# The life of a request"
    yield ""
    yield "Data, resources and technologies are asked for in one way. What may follow what is one table; a move that"
    yield "is not in it is refused with the moves that are."
    yield ""
    yield "```text"
    yield from _diagram()
    yield "```"
    yield ""
    yield "| move | by | roles | 说明 |"
    yield "|---|---|---|---|"
    for rule in MOVES.values():
        _, zh = in_both(f"platform.action_request.{rule.name}")
        yield row(f"`{rule.name}`", rule.side, ", ".join(rule.roles) or "-", zh)
    yield ""
    yield "| state | what it means | 说明 |"
    yield "|---|---|---|"
    for state in RequestState:
        yield row(f"`{state}`", *in_both(f"platform.state_{state}"))
