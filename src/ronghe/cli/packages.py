"""`ronghe verify`: is a published folder what its manifest says?"""

from pathlib import Path

import click

from ronghe.cli import views
from ronghe.cli.grammar import Command
from ronghe.cli.session import Session
from ronghe.terms import InputError

__all__ = ["verify"]


@click.command(cls=Command, examples=("ronghe verify shared",))
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.pass_obj
def verify(session: Session, /, folder: Path) -> None:
    """See `cli.command_verify`."""
    # The engines load inside the commands, so that help and usage errors come at once.
    from ronghe.tables.package import read_manifest, verify_package

    faults = verify_package(folder)
    resources = read_manifest(folder)["resources"]
    session.show(views.verification_json(folder, resources, faults), views.verification(folder, resources, faults))
    if faults:
        raise InputError("cli.package_broken", path=str(folder), count=len(faults))
