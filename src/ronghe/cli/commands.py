"""The command `ronghe` and everything under it."""

import click

from ronghe import __version__
from ronghe.cli import resources_monitor, resources_schedule, technology_monitor
from ronghe.cli.data import data
from ronghe.cli.demo import demo
from ronghe.cli.doctor import doctor
from ronghe.cli.grammar import Group
from ronghe.cli.help_page import overview
from ronghe.cli.index import index
from ronghe.cli.keeping import backup, restore, upgrade
from ronghe.cli.keys import keys
from ronghe.cli.log import log
from ronghe.cli.packages import verify
from ronghe.cli.people import init, user
from ronghe.cli.policy import policy
from ronghe.cli.printing import say
from ronghe.cli.protection import protect, risk
from ronghe.cli.remote import remote
from ronghe.cli.resources import resources
from ronghe.cli.serve import serve
from ronghe.cli.session import Session
from ronghe.cli.standards import standards
from ronghe.cli.technology import technology

__all__ = ["ronghe"]

_FIRST_STEPS = (
    ("cli.overview_demo", "ronghe data demo --out city"),
    ("cli.overview_share", "ronghe data share city/files --departments city/departments.csv --out shared"),
    ("cli.overview_check", "ronghe standards check citizen_id 11010519491231002X"),
)


def _show_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        say(f"ronghe {__version__}")
        ctx.exit()


@click.group(cls=Group)
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version)
@click.pass_context
def ronghe(ctx: click.Context) -> None:
    """See `cli.command`."""
    session = ctx.find_object(Session)
    if ctx.invoked_subcommand is None and session is not None:
        say(overview(session.lang, _FIRST_STEPS))


# These add their commands to the group when they are loaded.
assert resources_monitor.resources is resources_schedule.resources is resources
assert technology_monitor.technology is technology
for _of_data in (protect, risk):
    data.add_command(_of_data)
for _command in (data, technology, policy, resources, keys, log, standards, verify):
    ronghe.add_command(_command)
for _of_platform in (init, serve, demo, user, doctor, index, backup, restore, upgrade, remote):
    ronghe.add_command(_of_platform)
