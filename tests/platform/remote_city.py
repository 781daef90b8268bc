"""An installation of its own with a delivery and a look-up to fetch, and the tokens of two people as JSON on stdout."""

import json
import sys
from datetime import UTC, datetime, timedelta

from ronghe.platform.serve.running import prepare, seal_here

HOME = prepare(change=True)

from ronghe.platform.access.roles import Role  # noqa: E402
from ronghe.platform.index.computing import compute  # noqa: E402
from ronghe.platform.law import profile  # noqa: E402
from ronghe.platform.requests.actions import CLOCK  # noqa: E402
from tests.platform.conftest import City  # noqa: E402
from tests.platform.handed import handing  # noqa: E402
from tests.platform.programs import program_of  # noqa: E402

NOW = datetime.now(UTC)
UNTIL = NOW + timedelta(days=100)


def main() -> None:
    """Make it."""
    files = handing(City())
    looks = handing(files.city, "look_up")
    for one in (files, looks):
        one.now = NOW
    delivery = files.delivered(wanted_until=UNTIL)
    looked = looks.granted(rows={"method": "look_up"}, wanted_until=UNTIL)
    looks.worker.run_waiting()
    files.city.person("审批人", files.city.civil, Role.SECURITY_OFFICER)
    files.city.person("系统", files.city.bureau, Role.SYSTEM_ADMINISTRATOR)
    files.city.person("安全", files.city.bureau, Role.SECURITY_ADMINISTRATOR)
    told = {
        "system": program_of("系统").secret,
        "security": program_of("安全").secret,
        "asker": program_of("申请人").secret,
        "owner": program_of("审批人").secret,
        "offerer": program_of("提供 MZJ").secret,
        "bureau": program_of("统筹").secret,
        "code": files.version.asset.code,
        "files": str(delivery.grant_id),
        "look_up": str(looked.pk),
    }
    seal_here(HOME)
    compute(by=CLOCK, at=NOW, law=profile())
    sys.stdout.write(json.dumps(told))


main()
