"""`ronghe doctor`: what is wrong with an installation, and how to mend it."""

from datetime import UTC, datetime

import click

from ronghe.cli.grammar import Command
from ronghe.cli.session import Session
from ronghe.terms import Refused

__all__ = ["doctor"]


@click.command(cls=Command, examples=("ronghe doctor", "ronghe doctor --security --json"))
@click.option("--security", is_flag=True)
@click.pass_obj
def doctor(session: Session, /, *, security: bool) -> None:
    """See `cli.command_doctor`."""
    # Django loads inside the command, so that help comes at once and needs no extra.
    from ronghe.platform.serve.running import prepare

    home = prepare()
    from ronghe.cli.views.doctor import findings_view
    from ronghe.platform.console.health.check import examine
    from ronghe.platform.console.health.findings import Level

    findings = examine(home, datetime.now(UTC), security=security)
    bad = sum(finding.level is Level.BAD for finding in findings)
    said = {"home": str(home), "bad": bad, "findings": [finding.to_json() for finding in findings]}
    session.show(said, findings_view(findings))
    if bad:
        raise Refused("cli.doctor_bad", count=bad)
