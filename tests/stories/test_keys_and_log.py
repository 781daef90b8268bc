"""Keys and log through the command: made, used, attacked, and told in the reader's language."""

import json
import re
from pathlib import Path

import pytest

from ronghe.cli import main


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RONGHE_HOME", str(tmp_path))
    (tmp_path / "today.jsonl").write_text('{"consumer":"民政局","decision":"permit"}\n\n{"decision":"deny"}\n', "utf-8")
    return tmp_path


def ronghe(*typed: str) -> int:
    return main([*typed, "--lang", "en"])


def told(capsys: pytest.CaptureFixture[str], *typed: str) -> dict[str, object]:
    capsys.readouterr()
    assert ronghe(*typed, "--json") == 0
    value: dict[str, object] = json.loads(capsys.readouterr().out)
    return value


def test_a_department_keeps_a_head_and_finds_out_what_the_operator_did(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ronghe("keys", "create", "heads", "--for", "sign") == 0
    assert ronghe("log", "create", "decisions", "--sign", "heads") == 0
    assert ronghe("log", "append", "decisions", "today.jsonl") == 0
    (here / "head.json").write_text(json.dumps(told(capsys, "log", "head", "decisions")))
    (here / "receipt.json").write_text(json.dumps(told(capsys, "log", "prove", "decisions", "0")))
    assert ronghe("log", "append", "decisions", "today.jsonl") == 0
    witnesses = ("--head", "head.json", "--receipt", "receipt.json")
    verdict = told(capsys, "log", "verify", "decisions", *witnesses)
    assert (verdict["whole"], verdict["size"], verdict["signed"]) == (True, 4, 4)

    entries = here / "decisions" / "entries"
    honest = entries.read_bytes()
    entries.write_bytes(honest.replace(b"permit", b"forbid", 1))
    assert ronghe("log", "verify", "decisions") == 4
    assert "Entry 0 was changed" in capsys.readouterr().out
    entries.write_bytes(honest)
    assert ronghe("keys", "rotate", "heads") == 0
    assert ronghe("log", "rotate", "decisions", "--sign", "heads") == 0
    assert ronghe("log", "rotate", "decisions", "--sign", "heads") == 4
    assert ronghe("log", "append", "decisions", "today.jsonl") == 0
    (here / "later.json").write_text(json.dumps(told(capsys, "log", "head", "decisions")))
    (here / "later_receipt.json").write_text(json.dumps(told(capsys, "log", "prove", "decisions", "1")))
    later = ("--head", "later.json", "--receipt", "later_receipt.json", "--every-signature")
    assert told(capsys, "log", "verify", "decisions", *witnesses, *later)["size"] == 7

    entries.write_bytes(b"")
    assert ronghe("log", "verify", "decisions") == 0
    assert ronghe("log", "verify", "decisions", *witnesses) == 4
    assert "cut off" in capsys.readouterr().out


def test_a_file_is_sealed_moved_rotated_and_opened(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ronghe("keys", "create", "files", "--for", "wrap") == 0
    assert ronghe("keys", "seal", "today.jsonl", "a.sealed", "--with", "files", "--context", "reads@1") == 0
    assert "民政局".encode() not in (here / "a.sealed").read_bytes()
    assert ronghe("keys", "unseal", "a.sealed", "back", "--context", "reads@2") == 4
    assert ronghe("keys", "rotate", "files") == 0
    assert told(capsys, "keys", "rewrap", "a.sealed", "--with", "files")["changed"] is True
    assert ronghe("keys", "unseal", "a.sealed", "back", "--context", "reads@1") == 0
    assert (here / "back").read_bytes() == (here / "today.jsonl").read_bytes()
    (here / "a.sealed").write_bytes((here / "a.sealed").read_bytes()[:-1])
    assert ronghe("keys", "unseal", "a.sealed", "again", "--context", "reads@1") == 3
    assert not (here / "again").exists()


def test_no_command_shows_a_key(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, use in (("a", "wrap"), ("b", "token"), ("c", "sign")):
        for more in (("--json",), ()):
            ronghe("keys", "create", name, "--for", use, *more)
            ronghe("keys", "rotate", name, *more)
    ronghe("keys", "show")
    ronghe("keys", "show", "--json")
    (here / "keys" / "a.json").chmod(0o644)
    assert ronghe("keys", "show", "--json") == 4
    said = "".join(capsys.readouterr())
    secrets = [
        secret
        for path in (here / "keys").glob("*.json")
        for secret in re.findall('"secret": "(.+?)"', path.read_text())
    ]
    assert len(secrets) >= 6
    assert not [secret for secret in secrets if secret in said]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (("keys", "show"), 3),
        (("keys", "create", "../x", "--for", "wrap"), 2),
        (("keys", "create", "x", "--for", "wrap", "--algorithm", "rc4"), 2),
        (("keys", "create", "x"), 2),
        (("keys", "rotate", "x"), 3),
        (("keys", "seal", "today.jsonl", "t", "--with", "x", "--context", "c"), 3),
        (("keys", "unseal", "today.jsonl", "t", "--context", "c"), 3),
        (("log", "verify", "nowhere"), 3),
        (("log", "head", "."), 3),
        (("log", "verify", "nowhere", "--head", "deep.json"), 3),
        (("log", "append", "nowhere", "deep.json"), 3),
        (("log", "rotate", "nowhere", "--sign", "x"), 3),
        (("log", "prove", "nowhere", "-1"), 2),
        (("log", "append", "nowhere", "today.jsonl"), 3),
        (("log", "create", "d", "--sign", "x"), 3),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line(
    here: Path, capsys: pytest.CaptureFixture[str], typed: tuple[str, ...], code: int
) -> None:
    (here / "deep.json").write_text('{"a":' * 100_000)
    for lang in ("en", "zh"):
        assert main([*typed, "--lang", lang]) == code
        said = capsys.readouterr().err
        assert len(said.splitlines()) == 1
        assert bool(re.search("[一-鿿]", said)) == (lang == "zh")


def test_a_line_that_is_no_object_leaves_the_log_as_it_was(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ronghe("log", "create", "d") == 0
    (here / "bad.jsonl").write_text('{"a":1}\n[2]\n')
    assert ronghe("log", "append", "d", "bad.jsonl") == 3
    assert "Line 2" in capsys.readouterr().err
    assert ronghe("log", "head", "d") == 3
