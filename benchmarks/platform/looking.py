"""Look-ups in a register of a million rows, by the action that page and API call: grant, quota, plan, read, record."""

import sqlite3
import time
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.platform.city import written

PACKAGES = ("ronghe", "django", "duckdb")
ITEMS = (
    {"name": "公民身份号码", "type": "C", "is_key": True, "obligation": {"token": "citizen"}},
    {"name": "姓名", "type": "C", "obligation": {"mask": {"first": 1}}},
    {"name": "登记日期", "type": "D", "obligation": {"bucket_date": "month"}},
    {"name": "区划代码", "type": "C"},
)
ENTRY = {
    "name": "婚姻登记信息",
    "abstract": "全市婚姻登记的登记日期与当事人。",
    "category": "人口",
    "format": "database",
    "method": "look_up",
    "update_period": "day",
    "sharing_class": "conditional",
    "conditions": ["仅限办理行政给付"],
}
CASES_A_DAY = 150
"""Within the quota of a day; look-ups of neighbors or of many subjects for one case would close it."""


def run(task: dict[str, Any]) -> None:
    """Look up `asks` subjects of a register of `rows`, each for a case of its own; write down what it cost."""
    import os

    home = Path(task["out"]) / "home"
    register = Path(task["made"]) / f"register-{task['rows']}.db"
    os.environ |= {"RONGHE_HOME": str(home), "RONGHE_FOLDERS": str(register.parent), "RONGHE_LOG": "error"}
    if not register.exists():
        _register(register, task["rows"])
    from ronghe.platform.serve.running import prepare, seal_here

    prepare(change=True)
    from ronghe.platform.kinds.data.lookup import look_up

    asker, grant = granted(register)
    cpu, wall = [], []
    for turn in range(-5, task["asks"]):
        day = datetime.now(UTC) + timedelta(days=(turn + 5) // CASES_A_DAY, minutes=(turn + 5) % CASES_A_DAY * 6)
        key = _key((turn + 5) * 7_919 % task["rows"])
        began, started = time.process_time(), time.perf_counter()
        found = look_up(by=asker, grant=grant, subject=key, case=f"核〔{turn}〕号", clock=lambda: day)  # noqa: B023 - called at once
        if not found.known or len(found.rows) != 1:
            raise RuntimeError(f"{key} was not found")
        if turn >= 0:
            cpu.append((time.process_time() - began) * 1000)
            wall.append((time.perf_counter() - started) * 1000)
        else:
            seal_here(home)
    cpu.sort(), wall.sort()
    place = int(len(cpu) * 0.95)
    written(task, {"look_up": {"p95_ms": cpu[place], "elapsed_p95_ms": wall[place], "p50_ms": cpu[len(cpu) // 2]}})


def _key(place: int) -> str:
    return f"3301{place % 90:02}{19500101 + place % 400}{place:06}"


def _register(path: Path, rows: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    draft.unlink(missing_ok=True)
    with sqlite3.connect(draft) as made:
        made.execute("CREATE TABLE hunyin (公民身份号码 text, 姓名 text, 登记日期 text, 区划代码 text)")
        made.executemany(
            "INSERT INTO hunyin VALUES (?, ?, ?, ?)",
            ((_key(n), f"张{n % 977}", f"2025-{n % 12 + 1:02}-{n % 28 + 1:02}", f"33010{n % 9}") for n in range(rows)),
        )
        made.execute("CREATE INDEX of_subject ON hunyin (公民身份号码)")
    made.close()
    draft.rename(path)


def granted(register: Path | None) -> tuple[Any, Any]:
    """An asker and a grant that came the whole way, entry, source, request, decision, delivery: for look-ups in a
    register, else for a file of a few rows."""
    from ronghe.platform.access.models import Membership, Person
    from ronghe.platform.access.queries import actor_of
    from ronghe.platform.catalogue.actions import describe, new_asset, publish, submit_for_review
    from ronghe.platform.departments.models import Department
    from ronghe.platform.jobs.immediate import InProcess
    from ronghe.platform.kinds.data.sources import mount_database, mount_upload
    from ronghe.platform.law import profile
    from ronghe.platform.requests import actions
    from ronghe.platform.requests.models import Grant
    from ronghe.terms import Kind

    at, numbers = datetime.now(UTC), count(1)
    bureau = Department.objects.create(code="SJJ", name="数据局", is_bureau=True)
    owner = Department.objects.create(code="MZJ", name="民政局", parent=bureau)
    asks = Department.objects.create(code="SWJ", name="税务局", parent=bureau)

    def someone(department: Any, role: str) -> Any:
        person = Person.objects.create(username=f"人{next(numbers)}", name="某人")
        Membership.objects.create(person=person, department=department, role=role, since=at - timedelta(days=1))
        return actor_of(person, at)

    offerer, approver = someone(owner, "offerer"), someone(owner, "approver")
    coordinator, asker = someone(bureau, "coordinator"), someone(asks, "asker")
    asset = new_asset(by=offerer, at=at, department=owner, code="MZJ-1", kind=Kind.DATA)
    method = "look_up" if register else "file"
    told = {"method": method, "format": "database" if register else "file"}
    draft = describe(by=offerer, at=at, asset=asset, fields=ENTRY | told, items=ITEMS)
    submit_for_review(by=offerer, at=at, version=draft)
    version = publish(by=coordinator, at=at, version=draft)
    given: dict[str, Any] = {"by": offerer, "at": at, "asset": asset}
    if register:
        source = mount_database(**given, url=f"sqlite:///{register}", table="hunyin")
    else:
        rows = "公民身份号码,姓名,登记日期,区划代码\n11010519491231002X,张三,2026-01-05,330106\n"
        source = mount_upload(**given, chunks=[rows.encode()], called="婚姻登记.csv")
    # What a look into all of its rows finds is no part of a look-up.
    source.examined, source.examination = at, {"found": []}
    source.save()
    from ronghe.platform.jobs.models import Job

    Job.objects.filter(name="data.examine").delete()
    (request,) = actions.new_requests(
        by=asker,
        at=at,
        requester=asks,
        wishes=[(version, ["姓名", "登记日期"], {"method": method})],
        purpose="个人所得税专项附加扣除核验",
        legal_basis="个人所得税法第十五条",
        wanted_from=at,
        wanted_until=at + timedelta(days=300),
    )
    actions.attach_assessment(by=asker, at=at, request=request, assessment="影响评估 1 号")
    actions.submit(by=asker, at=at, request=request, profile=profile())
    actions.decide(by=approver, at=at, request=request, profile=profile())
    Job.objects.filter(name="data.look").delete()
    InProcess(lambda: at).run_waiting()
    kept = Grant.objects.select_related("line__request", "version__asset", "consumer")
    return asker, kept.get(line__request=request)
