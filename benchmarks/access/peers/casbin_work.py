"""Casbin, with the days of a grant in its matcher."""

import logging
import tempfile
from pathlib import Path
from typing import Any

import casbin

from benchmarks.access.asking import ask, world

PACKAGES = ("casbin",)
MODEL = """
[request_definition]
r = sub, obj, act, day
[policy_definition]
p = sub, obj, act, start, end
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub == p.sub && r.obj == p.obj && r.act == p.act && r.day >= whole(p.start) && r.day < whole(p.end)
"""


def run(task: dict[str, Any]) -> str:
    """Load the policies once and ask."""
    logging.disable()
    given = world(task["world"])
    with tempfile.TemporaryDirectory() as folder:
        model, policy = Path(folder) / "model.conf", Path(folder) / "policy.csv"
        model.write_text(MODEL, "utf-8")
        lines = [f"p, {g[1]}, {g[2]}, {g[3]}, {g[4]}, {g[5]}" for g in given["grants"]]
        policy.write_text("\n".join(lines), "utf-8")
        enforcer = casbin.Enforcer(str(model), str(policy))
    enforcer.add_function("whole", int)

    def permits(request: list[str]) -> bool:
        return bool(enforcer.enforce(*request, given["day"]))

    return ask(permits, given["requests"][: task["requests"]])
