"""`ronghe index` as it is typed: for people in both languages and for machines, and how it ends."""

import json

import pytest
from django.db import transaction

from ronghe.cli import main
from ronghe.platform.audit.actions import record
from ronghe.platform.clock import now
from ronghe.platform.index.models import Degree
from ronghe.platform.requests.actions import CLOCK
from tests.platform.conftest import START
from tests.platform.towns import DAY, Town

pytestmark = pytest.mark.django_db


class Typed:
    """Runs a command; gives how it ended, what it printed, and what it said on stderr."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: str) -> tuple[int, str, str]:
        code = main(["index", *words])
        said = self._capsys.readouterr()
        return code, said.out, said.err


@pytest.fixture
def typed(town: Town, capsys: pytest.CaptureFixture[str]) -> Typed:
    town.delivered(town.asked(town.shared()), START + 21 * DAY)
    return Typed(capsys)


def test_before_the_first_degree_it_says_how_to_get_one(typed: Typed) -> None:
    for words in (("show",), ("verify",), ("verify", "--all")):
        code, out, err = typed(*words, "--lang", "en")
        assert (code, out) == (3, "")
        assert "ronghe index compute" in err


def test_a_degree_is_computed_shown_and_the_same_again(typed: Typed) -> None:
    code, out, _ = typed("compute", "--json")
    (made,) = json.loads(out)["degrees"]
    assert (code, Degree.objects.get().exact) == (0, made["exact"])
    code, out, _ = typed("show", "--json")
    (shown,) = json.loads(out)["degrees"]
    assert (code, shown["result"], shown["groups"][0][0]["department"]) == (0, made["result"], "民政局")
    product = 1.0
    for rate in shown["factors"].values():
        product *= rate
    assert product == pytest.approx(shown["value"])
    code, out, _ = typed("verify", "--json")
    assert (code, json.loads(out)["same"]) == (0, True)


@pytest.mark.parametrize(("lang", "same"), [("zh", "与日志一致"), ("en", "the same as the log says")])
def test_people_read_it_in_their_language(lang: str, same: str, typed: Typed) -> None:
    for words, found in (("compute", "%"), ("show", "民政局"), ("verify", same)):
        code, out, _ = typed(words, "--lang", lang)
        assert code == 0
        assert found in out
        assert "cli." not in out


def test_what_was_changed_is_told_with_a_code_of_its_own(typed: Typed) -> None:
    typed("compute")
    Degree.objects.get().shares.update(share=0.99)
    code, out, err = typed("verify", "--all", "--lang", "en")
    assert code == 4
    assert "the departments' rows were changed" in out
    assert "1 of 1" in err


def test_a_degree_that_was_taken_away_is_missed_until_a_backup_explains_it(typed: Typed, town: Town) -> None:
    typed("compute")
    first = Degree.objects.get()
    typed("compute")
    Degree.objects.exclude(pk=first.pk).delete()
    for words in ((), ("--all",)):
        code, out, err = typed("verify", *words, "--lang", "en")
        assert code == 4
        assert "the database lost it" in out
        assert "1 of 2" in err
    Degree.objects.all().delete()
    code, out, _ = typed("verify", "--json")
    assert (code, [one["faults"] for one in json.loads(out)["degrees"]]) == (4, [["removed"]] * 2)
    with transaction.atomic():
        record(by=CLOCK, at=now(), action="platform.restored", subject_kind="platform", subject="backup")
    assert typed("verify", "--lang", "en")[0] == 3
    typed("compute")
    assert typed("verify", "--all")[0] == 0


def test_without_requests_the_reason_is_told(town: Town, capsys: pytest.CaptureFixture[str]) -> None:
    town.shared()
    code, _, err = Typed(capsys)("compute", "--json")
    assert code == 3
    assert json.loads(err)["error"]["code"] == "sharing_index.no_requests"
