"""What the platform sees of sources for the index: values that keep the bureau's rules, and files written anew."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings

from ronghe.platform.access.roles import Role
from ronghe.platform.audit.models import Entry
from ronghe.platform.jobs.immediate import InProcess
from ronghe.platform.kinds.data.examine import examine_source
from ronghe.platform.kinds.data.freshness import WorkingDays, strictest, updates_met
from ronghe.platform.kinds.data.models import Source
from ronghe.platform.kinds.data.sources import mount_folder, mount_upload, stop_source
from ronghe.platform.kinds.data.work import RENEW
from tests.platform.conftest import ITEMS, START, City, RecordedKind
from tests.platform.towns import DAY, LAW

ROWS = "公民身份号码,姓名,登记日期\n11010519491231002X,张三,2026-01-02\n110105194912310021,李四,2026-13-02\n,王五,\n"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("items", "expected"),
    [
        # Two numbers and three names, of which one number breaks its check digit; two dates, one impossible.
        (ITEMS, {"checked": 7, "passed": 5}),
        # Whoever says less of a column than the bureau knows by its name gets out of no rule.
        ([{**ITEMS[0], "element": "text"}, *ITEMS[1:]], {"checked": 7, "passed": 5}),
        ([{**item, "element": ""} for item in ITEMS[:2]], {"checked": 5, "passed": 4}),
        ([{**item, "element": ""} for item in ITEMS], {"checked": 7, "passed": 5}),
    ],
)
def test_values_are_held_against_the_rules_of_their_elements(
    items: list[dict[str, str]], expected: dict[str, int], city: City, kind: RecordedKind
) -> None:
    version = city.published(items=items)
    by = city.actor("提供 MZJ", city.civil)
    source = mount_upload(by=by, at=START, asset=version.asset, chunks=[ROWS.encode()], called="登记.csv")
    assert examine_source(source.pk, clock=lambda: START)
    told = Entry.objects.get(action="source.examined").facts
    assert told["rules"] == expected
    assert told["columns"] == [item["name"] for item in ITEMS]


@pytest.mark.django_db
def test_the_nightly_look_tells_each_change_of_a_file_once(
    city: City, kind: RecordedKind, tmp_path: Path, settings: LazySettings
) -> None:
    settings.SOURCE_FOLDERS = [tmp_path]
    version = city.published()
    path = tmp_path / "登记.csv"
    path.write_text(ROWS, "utf-8")
    by = city.actor("提供 MZJ", city.civil, Role.OFFERER)
    source = mount_folder(by=by, at=START, asset=version.asset, folder=str(path))

    def night(number: float) -> list[str]:
        InProcess(lambda: START + number * DAY).tick(RENEW)
        seen = Entry.objects.filter(action__in=("source.renewed", "source.lost"), at=START + number * DAY)
        return list(seen.values_list("action", flat=True))

    assert night(1) == []
    assert night(2) == []
    os.utime(path, (1, 1))
    assert night(3) == ["source.renewed"]
    assert night(4) == []
    # The same rows once more need no other look; others do.
    looks = Entry.objects.filter(action="source.examined")
    before = looks.count()
    path.write_text(ROWS, "utf-8")
    assert night(4.25) == ["source.renewed"]
    assert looks.count() == before
    path.write_text(ROWS.replace("2026", "2025"), "utf-8")
    assert night(4.5) == ["source.renewed"]
    assert looks.count() == before + 1
    path.unlink()
    assert night(5) == ["source.lost"]
    assert night(6) == []
    path.write_text(ROWS, "utf-8")
    assert night(7) == ["source.renewed"]
    assert Entry.objects.filter(action="source.examined", at=START + 7 * DAY).get().facts["found"]
    stop_source(by=by, at=START + 8 * DAY, source=Source.objects.get(pk=source.pk), reason="维护")
    path.unlink()
    assert night(9) == []


END = START + 70 * DAY
DAYS = WorkingDays.of(LAW, START, END)


def met(period: str, *updates: float) -> tuple[int, int]:
    return updates_met(period, [START + n * DAY for n in updates], START, END, LAW, DAYS)


def test_each_period_wants_one_update_however_many_come() -> None:
    assert met("week") == (10, 0)
    assert met("week", 1, 2, 3) == (10, 1)
    assert met("week", *range(70)) == (10, 10)
    # Mounted before it was published, and what came in the period that is not over.
    assert met("week", -3, 69.9) == (10, 2)
    assert met("month", 10, 40) == (2, 2)
    assert met("year") == (0, 0)
    assert met("once") == (0, 0)


def test_daily_updates_are_due_on_working_days() -> None:
    due, none = met("day")
    assert none == 0
    assert due == LAW.calendar.between(START.date(), END.date()) - LAW.calendar.is_working(END.date())
    assert met("day", *range(1, 70)) == (due, due)
    # A Saturday's export is Monday's, and two in a day are one.
    assert met("day", 5, 7, 7.1) == (due, 1)


def test_the_strictest_period_of_the_window_counts() -> None:
    def held(start: float, end: float | None, period: str) -> tuple[datetime, datetime | None, str]:
        return START + start * DAY, None if end is None else START + end * DAY, period

    told = [held(-400, -300, "day"), held(-300, 20, "week"), held(20, None, "year")]
    assert strictest(told, START, END) == "week"
    assert strictest(told, START + timedelta(days=30), END) == "year"
    assert strictest([held(0, None, "once")], START, END) == "once"
