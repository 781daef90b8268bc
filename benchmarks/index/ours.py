"""The degree of the city from the rows of its trail, as the nightly job computes and keeps it."""

import json
from pathlib import Path
from typing import Any

from benchmarks.index.data import END
from ronghe.platform.serve.running import load

# Of the home that RONGHE_HOME names; a worker has it loaded long before the night.
load()
from django.db import transaction  # noqa: E402 - Django must know its settings first

from ronghe.platform.index.computing import compute  # noqa: E402
from ronghe.platform.law import profile  # noqa: E402
from ronghe.platform.requests.actions import CLOCK  # noqa: E402

PACKAGES = ("ronghe", "django")


def run(task: dict[str, Any]) -> None:
    with transaction.atomic():
        (done,) = compute(by=CLOCK, at=END, law=profile())
        assert done.degree is not None
        shares = done.degree.shares.count()
        said = {"degree": done.degree.value, "departments": shares, "entries": done.degree.size}
        # The home is measured again: nothing of this run stays in it.
        transaction.set_rollback(True)
    (Path(task["out"]) / "found.json").write_text(json.dumps(said), "utf-8")
