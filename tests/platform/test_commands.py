"""The commands of the platform, as they are typed: what they print, for people and for machines, and how they end."""

import io
import json
import logging
from pathlib import Path
from typing import Any

import pytest

from ronghe.cli import main
from ronghe.platform.access.models import Person
from ronghe.platform.access.roles import ADMINISTRATORS
from ronghe.platform.audit.models import Entry
from ronghe.platform.audit.store import log_folder

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery staple"
PEOPLE = {role.value: {"username": role.value, "password": PASSWORD} for role in ADMINISTRATORS}


class Typed:
    """Runs a command; gives how it ended, what it printed, and what it said on stderr."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys, self._monkeypatch = capsys, monkeypatch

    def __call__(self, *words: str, stdin: str = "") -> tuple[int, str, str]:
        self._monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        code = main(list(words))
        said = self._capsys.readouterr()
        return code, said.out, said.err

    def json(self, *words: str, stdin: str = "") -> Any:
        code, out, err = self(*words, "--json", stdin=stdin)
        assert code == 0, err
        return json.loads(out)


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Typed:
    settings.HOME = tmp_path / "home"
    settings.HOME.mkdir(mode=0o700)
    return Typed(capsys, monkeypatch)


@pytest.fixture
def begun(typed: Typed) -> Typed:
    said = typed.json("init", "--name", "数据局", "--code", "SJJ", stdin=json.dumps(PEOPLE))
    assert sorted(said["people"]) == sorted(PEOPLE)
    return typed


def test_an_installation_begins_once_and_its_secrets_are_its_own(begun: Typed, settings: Any) -> None:
    assert (settings.HOME / "keys").is_dir()
    assert json.loads((log_folder(settings.HOME) / "log.json").read_text())["signer"]["algorithm"] == "sm2"
    code, _, err = begun("init", "--name", "数据局", "--code", "SJJ", stdin=json.dumps(PEOPLE))
    assert code == 4
    assert "already" in err.lower() or "started" in err.lower() or "人" in err
    # Without people it only makes what is missing.
    assert begun.json("init")["people"] == []


def test_threat_41_a_password_is_nowhere_in_what_is_said_or_kept(
    begun: Typed, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    weak = {role: {"username": role, "password": "canary-1"} for role in PEOPLE}
    code, out, err = begun("user", "password", "nobody", stdin=f"{PASSWORD}\n")
    assert code == 3
    assert PASSWORD not in out + err + caplog.text
    code, out, err = begun("init", "--name", "a", "--code", "b", stdin=json.dumps(weak))
    assert "canary-1" not in out + err + caplog.text
    code, out, err = begun("user", "password", min(PEOPLE), stdin="canary-2 and its nest\n")
    assert code == 0
    assert "canary-2" not in out + err + caplog.text + str([*Entry.objects.values(), *Person.objects.values()])
    assert PASSWORD not in str([*Entry.objects.values(), *Person.objects.values()])


@pytest.mark.parametrize("stdin", ["", "no json", "[]", "{}", '{"system_administrator": {}}'])
def test_people_that_are_none_begin_nothing(stdin: str, typed: Typed) -> None:
    code, _, err = typed("init", "--name", "数据局", "--code", "SJJ", stdin=stdin)
    assert code == 3
    assert "system_administrator" in err
    assert not Person.objects.exists()


def test_name_and_code_belong_together(typed: Typed) -> None:
    assert typed("init", "--name", "数据局")[0] == 2


def test_people_are_listed_let_in_and_shut_out(begun: Typed) -> None:
    listed = begun.json("user", "list")["people"]
    assert [(one["username"], one["roles"][0]["department"]) for one in listed] == [
        (name, "SJJ") for name in sorted(PEOPLE)
    ]
    assert "安全管理员" in begun("user", "list", "--lang", "zh")[1]
    begun.json("user", "password", "system_administrator", stdin="another long password\n")
    assert Person.objects.get(username="system_administrator").check_password("another long password")
    assert begun("user", "password", "system_administrator", stdin="short\n")[0] == 3
    assert begun("user", "administrator", "system_administrator", "new", stdin=f"{PASSWORD}\n")[0] == 4
    begun.json("user", "off", "system_administrator")
    begun.json("user", "administrator", "system_administrator", "new", stdin=f"{PASSWORD}\n")
    assert {one.split(":")[0] for one in Entry.objects.values_list("person", flat=True)} == {"installer", "machine"}


def test_the_doctor_ends_with_4_while_something_is_wrong(begun: Typed) -> None:
    code, out, err = begun("doctor", "--lang", "zh")
    assert code == 4
    assert "没有工作进程在运行" in out.replace("\n", "")
    assert err
    code, out, _ = begun("doctor", "--security", "--json")
    said = json.loads(out)
    assert code == 4
    assert said["bad"] == sum(one["level"] == "bad" for one in said["findings"])
    assert {"log_whole", "advisories_missing"} <= {one["code"] for one in said["findings"]}


def test_the_platforms_log_is_verified_with_its_rows(begun: Typed) -> None:
    said = begun.json("log", "verify")
    assert (said["whole"], said["size"], said["signed"]) == (True, 3, 3)
    Entry.objects.filter(sealed=1).update(person="别人")
    code, out, _ = begun("log", "verify", "--json")
    assert code == 4
    assert [(one["code"], one["first"]) for one in json.loads(out)["faults"]] == [("log.fault_row_changed", 1)]


def test_backup_and_restore_by_their_commands(begun: Typed, tmp_path: Path) -> None:
    said = begun.json("backup", str(tmp_path / "b.tar.gz"))
    assert said["rows"] > 5
    begun.json("user", "off", "audit_administrator")
    back = begun.json("restore", str(tmp_path / "b.tar.gz"))
    assert (back["rows"], back["later"], back["replayed"]) == (said["rows"], 1, 1)
    assert not Person.objects.get(username="audit_administrator").is_active
    assert begun("restore", str(tmp_path / "none"))[0] == 3


def test_upgrading_what_is_current_changes_nothing(begun: Typed) -> None:
    assert begun.json("upgrade") == {"changes": []}
