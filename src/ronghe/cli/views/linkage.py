"""How linkage looks on a terminal: what was compared and found, and the evidence for one pair."""

from typing import TYPE_CHECKING

from rich.console import Console

from ronghe.cli.printing import one_line
from ronghe.cli.session import Session
from ronghe.cli.views.grid import View, count, grid, next_steps, notes, shell

if TYPE_CHECKING:
    from ronghe.data.integrate.explain import Evidence, Explained
    from ronghe.journeys.link import LinkedFiles

__all__ = ["explained", "linked"]


def level_text(session: Session, code: str) -> str:
    """A level of likeness in words: `tokens_45` is the text of `tokens` with 45 in it."""
    head, _, number = code.rpartition("_")
    if number.isdigit():
        return session.text(f"integrate.level_{head}", least=number)
    return session.text(f"integrate.level_{code}")


def linked(made: "LinkedFiles") -> View:
    """What was linked: the columns and their kinds, how many pairs and groups, and where everything lies."""

    def view(console: Console, session: Session) -> None:
        rows = [(column, session.text(f"integrate.kind_{kind}")) for column, kind in made.columns]
        rows += [(column, session.text(f"integrate.left_out_{why}")) for column, why in made.left_out]
        console.print(grid(session, ("column", "compared_as"), rows))
        notes(console, session, made.notes)
        console.print()
        mode = session.text("integrate.one_to_one" if made.one_to_one else "integrate.any_number")
        said = {"rows": " + ".join(map(count, made.rows)), "pairs": count(made.pairs), "groups": count(made.groups)}
        console.print(session.text("cli.linked", candidates=count(made.candidates), mode=mode, **said))
        if made.doubtful:
            console.print(session.text("cli.linked_doubtful", doubtful=count(made.doubtful)))
        steps = [("cli.next_pairs", shell(made.out)), ("cli.next_model", shell(made.model))]
        steps += [("cli.next_clusters", shell(made.clusters))]
        steps += [("cli.next_review", shell(made.review))] if made.review else []
        next_steps(console, session, *steps)

    return view


def _row(session: Session, part: "Evidence") -> tuple[str, ...]:
    values = (one_line(part.left or "–"), one_line(part.right or "–"))
    return (part.column, *values, level_text(session, part.level), f"{part.weight:+.1f}")


def explained(made: "Explained") -> View:
    """The evidence for a pair: a line for each column, and how the weights come to a probability."""

    def view(console: Console, session: Session) -> None:
        rows = [_row(session, part) for part in made.evidence]
        console.print(grid(session, ("column", "left", "right", "likeness", "weight#"), rows))
        console.print()
        total = {"start": f"{made.start:+.1f}", "weight": f"{made.weight:+.1f}"}
        console.print(session.text("cli.explained", probability=f"{made.probability:.4f}", **total))

    return view
