"""Time-stamps by files, with `openssl ts` as the authority: asked, answered late, verified, and found out."""

import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ronghe.cli import main
from ronghe.terms import InputError, Refused
from ronghe.trust.log import OpenSsl, stamps
from tests.unit.trust.log.made import body, made, opened

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl program")

CONFIG = """
[req]
distinguished_name = name
prompt = no
[name]
CN = Test authority
[ca]
basicConstraints = critical,CA:TRUE
[stamping]
basicConstraints = CA:FALSE
extendedKeyUsage = critical,timeStamping
[tsa]
serial = serial
digests = sha256, sm3
signer_digest = sha256
default_policy = 1.2.3.4
other_policies = 1.2.3.5
accuracy = secs:1
ess_cert_id_alg = sha256
"""


def openssl(folder: Path, *words: object) -> None:
    subprocess.run(["openssl", *map(str, words)], cwd=folder, check=True, capture_output=True)


def authority(folder: Path) -> Path:
    folder.mkdir()
    (folder / "ts.cnf").write_text(CONFIG)
    (folder / "serial").write_text("01\n")
    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", "ts.cnf", "-days", "2")
    openssl(folder, "req", "-x509", *new, "-extensions", "ca", "-keyout", "ca.key", "-out", "ca.pem")
    openssl(folder, "req", *new[:-2], "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Test stamps")
    signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2")
    openssl(
        folder, "x509", "-req", "-in", "tsa.csr", *signed, "-extfile", "ts.cnf", "-extensions", "stamping",
        "-out", "tsa.pem",
    )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return authority(tmp_path_factory.mktemp("tsa") / "tsa")


def answer(tsa: Path, query: Path, reply: Path) -> Path:
    asked = ("-config", "ts.cnf", "-section", "tsa", "-queryfile", query, "-signer", "tsa.pem", "-inkey", "tsa.key")
    openssl(tsa, "ts", "-reply", *asked, "-out", reply)
    return reply


@pytest.mark.parametrize("digest", ["sha256", "sm3"])
def test_a_head_is_asked_for_stamped_and_verified(tmp_path: Path, tsa: Path, digest: stamps.Digest) -> None:
    log = made(tmp_path / "log", (3, 2), algorithm="sm2")
    asked = stamps.ask(log, digest=digest)
    assert (asked.size, asked.time) == (5, None)
    assert stamps.ask(log, digest=digest) == asked
    assert stamps.check(log, OpenSsl(tsa / "ca.pem")) == [asked]
    reply = answer(tsa, asked.asked, tmp_path / "reply.tsr")
    taken = stamps.take(log, reply, OpenSsl(tsa / "ca.pem"))
    assert taken.time is not None
    assert abs(datetime.now(UTC) - taken.time) < timedelta(minutes=5)
    assert stamps.check(log, OpenSsl(tsa / "ca.pem")) == [taken]
    assert stamps.pending(log) == []


def test_an_authority_that_is_down_keeps_nobody_waiting(tmp_path: Path, tsa: Path) -> None:
    log = made(tmp_path / "log", (3,))
    queries = [stamps.ask(log).asked]
    for number in range(3, 5):
        with opened(log) as writer:
            writer.append([body(number)])
        queries.append(stamps.ask(log).asked)
    assert [one.size for one in stamps.pending(log)] == [3, 4, 5]
    for number, query in enumerate(reversed(queries)):
        taken = stamps.take(log, answer(tsa, query, tmp_path / f"{number}.tsr"), OpenSsl(tsa / "ca.pem"))
        assert taken.asked == query
    assert [stamp.size for stamp in stamps.check(log, OpenSsl(tsa / "ca.pem")) if stamp.time] == [3, 4, 5]


def test_a_reply_to_another_query_or_from_another_authority_is_refused(tmp_path: Path, tsa: Path) -> None:
    log, other = made(tmp_path / "log", (3,)), made(tmp_path / "other", (4,))
    trusted = OpenSsl(tsa / "ca.pem")
    query = stamps.ask(log).asked
    wrong = answer(tsa, stamps.ask(other).asked, tmp_path / "wrong.tsr")
    good = answer(tsa, query, tmp_path / "good.tsr")
    stranger = answer(authority(tmp_path / "stranger"), query, tmp_path / "stranger.tsr")
    (tmp_path / "cut.tsr").write_bytes(good.read_bytes()[:-20])
    (tmp_path / "text.tsr").write_text("no reply")
    changed = bytearray(good.read_bytes())
    changed[-5] ^= 1
    (tmp_path / "changed.tsr").write_bytes(changed)
    for reply in (wrong, stranger, *(tmp_path / f"{name}.tsr" for name in ("cut", "text", "changed"))):
        with pytest.raises(Refused, match=r"log\.stamp_wrong") as caught:
            stamps.take(log, reply, trusted)
        if reply == wrong:
            assert caught.value.params["detail"] == "message imprint mismatch"
    assert len(stamps.pending(log)) == 1
    (tmp_path / "large.tsr").write_bytes(bytes(1_000_001))
    for name, code in (("large.tsr", r"log\.stamp_large"), ("absent.tsr", r"tables\.unreadable")):
        with pytest.raises(InputError, match=code):
            stamps.take(log, tmp_path / name, trusted)
    with pytest.raises(InputError, match=r"log\.no_certificates"):
        stamps.take(log, good, OpenSsl(tmp_path / "absent.pem"))
    with pytest.raises(InputError, match=r"log\.no_openssl"):
        stamps.take(log, good, OpenSsl(tsa / "ca.pem", program="no-such-openssl"))


def test_whoever_rewrites_the_log_with_its_key_cannot_make_the_stamp_anew(tmp_path: Path, tsa: Path) -> None:
    log = made(tmp_path / "log", (3,))
    trusted = OpenSsl(tsa / "ca.pem")
    asked = stamps.ask(log)
    stamps.take(log, answer(tsa, asked.asked, tmp_path / "reply.tsr"), trusted)
    for name in ("entries", "state.json", "leaves"):
        (log / name).unlink()
    with opened(log) as writer:
        writer.append([body(number) for number in (7, 8, 9)])
    assert [stamp.fault for stamp in stamps.check(log, trusted)] == ["head_gone"]
    # And the note of the head as well: the reply is to another query then.
    note = next((log / "stamps").glob("*.json"))
    said = json.loads(note.read_text())
    fresh = stamps.ask(log)
    head = json.loads(fresh.asked.with_suffix(".json").read_text())["head"]
    note.write_text(json.dumps(said | {"head": head}))
    assert "reply_wrong" in [stamp.fault for stamp in stamps.check(log, trusted)]
    note.write_text("{}")
    with pytest.raises(InputError, match=r"log\.stamp_damaged"):
        stamps.check(log, trusted)


def test_the_command_asks_takes_and_verifies(
    tmp_path: Path, tsa: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    made(tmp_path / "log", (3,))
    assert main(["log", "stamp", "log", "--json"]) == 0
    query = tmp_path / json.loads(capsys.readouterr().out)["query"]
    answer(tsa, query, tmp_path / "reply.tsr")
    root = str(tsa / "ca.pem")
    assert main(["log", "verify", "log", "--authority", root, "--lang", "en"]) == 0
    assert "without a reply: 1" in capsys.readouterr().out
    assert main(["log", "stamp", "log", "--reply", "reply.tsr"]) == 2
    assert main(["log", "stamp", "log", "--reply", "reply.tsr", "--authority", root, "--lang", "en"]) == 0
    assert main(["log", "verify", "log", "--authority", root, "--lang", "en"]) == 0
    assert "Valid time-stamps: 1" in capsys.readouterr().out
    query.with_suffix(".tsr").write_bytes(b"0")
    assert main(["log", "verify", "log", "--authority", root, "--lang", "en"]) == 4
    assert "does not hold" in capsys.readouterr().out
