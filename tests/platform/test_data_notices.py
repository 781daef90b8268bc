"""What comes of a delivery beside its files: a receipt that others can verify, and notices to both sides."""

import json
from pathlib import Path
from typing import Any

import pytest

from ronghe.platform.access.models import Person
from ronghe.platform.access.roles import Role
from ronghe.platform.alarms.models import Notice
from ronghe.platform.alarms.sending import notice_text
from ronghe.platform.alarms.trail import follow
from ronghe.platform.audit.sealing import seal_all
from ronghe.platform.audit.store import log_folder, make_log
from ronghe.platform.kinds.data.examine import examine_source
from ronghe.platform.kinds.data.sources import stop_source
from ronghe.platform.requests import actions
from ronghe.trust.log import verify_receipt
from tests.platform.conftest import City
from tests.platform.handed import LATER, Handing, handing
from tests.platform.test_pages import client

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Path:
    settings.HOME = tmp_path
    make_log(tmp_path)
    return tmp_path


@pytest.fixture
def one(home: Path, city: City) -> Handing:
    made = handing(city)
    made.everybody()
    return made


def told(one: Handing, home: Path, username: str, code: str) -> list[str]:
    """What somebody was told, in both languages, which must be whole sentences."""
    seal_all(home)
    follow()
    notices = Notice.objects.filter(person__username=username, code=code)
    for notice in notices:
        assert all("{" not in notice_text(notice, lang) for lang in ("zh", "en"))
    return [notice_text(notice, "zh") for notice in notices]


def test_a_delivery_has_a_receipt_that_verifies_without_the_platform(one: Handing, home: Path) -> None:
    delivery = one.delivered()
    seal_all(home)
    browser = client(Person.objects.get(username="申请人"))
    answer = browser.get(f"/grants/{delivery.grant_id}/receipt/1")
    assert answer.status_code == 200
    receipt = json.loads(answer.content)
    assert json.loads(receipt["entry"])["facts"]["files"] == {file["name"]: file["hash"] for file in delivery.files}
    assert verify_receipt(log_folder(home), receipt)
    entry = json.loads(receipt["entry"])
    entry["facts"]["rows"] += 1
    assert not verify_receipt(log_folder(home), {**receipt, "entry": json.dumps(entry)})


def test_the_asker_hears_of_a_delivery_and_both_sides_of_its_end(one: Handing, home: Path) -> None:
    delivery = one.delivered()
    assert "第 1 次交付" in told(one, home, "申请人", "data.delivered")[0]
    assert not told(one, home, "审批人", "data.delivered")
    actions.revoke(by=one.someone("乙", Role.APPROVER), at=LATER, request=delivery.grant.line.request, reason="停")
    for username in ("申请人", "审批人"):
        assert told(one, home, username, "request.revoke")


def test_a_stopped_source_is_told_to_who_waits_for_its_rows(one: Handing, home: Path) -> None:
    one.delivered()
    stop_source(by=one.offerer, at=LATER, source=one.source, reason="系统检修")
    for username in ("申请人", "统筹"):
        assert "系统检修" in told(one, home, username, "source.stopped")[0]


def test_the_owner_hears_of_a_source_that_lacks_what_was_promised(one: Handing, home: Path) -> None:
    one.city.person("另一提供", one.city.civil, Role.OFFERER)
    one.remount(("公民身份号码,别的", "1,2"))
    examine_source(one.source.pk, clock=one.clock)
    assert "登记日期" in told(one, home, "另一提供", "source.examined")[0]
