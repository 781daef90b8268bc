"""The client and `ronghe remote`, against a platform that runs in a process of its own."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from ronghe.cli import main
from ronghe.client import Answered, Client, Denied, Failed, TooOften, Unfit, Unreachable, Wish
from ronghe.client.downloads import fetch
from ronghe.client.transport import Transport
from ronghe.terms import InputError, UsageError
from tests.platform.handed import IDS, text
from tests.platform.test_served import answering, free_port


@dataclass(frozen=True)
class Served:
    """A platform with something to fetch."""

    url: str
    told: dict[str, str]
    log: Path

    def client(self, who: str = "asker") -> Client:
        return Client(self.url, self.told[who])


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("remote")
    environ = {**os.environ, "RONGHE_HOME": str(home), "PYTHONPATH": str(Path(__file__).parents[2])}
    environ.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "-m", "tests.platform.remote_city"]
    made = subprocess.run(command, env=environ, check=True, timeout=300, capture_output=True, text=True)
    port, log = free_port(), home / "stderr"
    command = [sys.executable, "-m", "ronghe", "serve", "--port", str(port), "--quiet"]
    with log.open("wb") as said:
        server = subprocess.Popen(command, env=environ, start_new_session=True, stderr=said, stdout=said)
        yield Served(answering(f"http://127.0.0.1:{port}", server), json.loads(made.stdout.splitlines()[-1]), log)
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)


@pytest.mark.slow
def test_a_program_finds_asks_is_answered_and_looks_up(served: Served) -> None:
    asker, owner = served.client(), served.client("owner")
    assert asker.me()["username"] == "申请人"
    code = served.told["code"]
    assert code in [entry["code"] for entry in asker.search("婚姻")]
    today = datetime.now(UTC).date()
    (made,) = asker.ask(
        "SWJ",
        [Wish(code, ["登记日期"], [{"field": "区划代码", "is": "330106"}])],
        purpose="核验",
        legal_basis="个人所得税法第十五条",
        wanted_from=today,
        wanted_until=today + timedelta(days=30),
    )
    assert made["id"] in [one["url"].rpartition("/")[2] for one in owner.work()]
    assert owner.refuse(made["id"], reason="用途不明", clause="第十四条")["state"] == "refused"
    assert asker.request(made["id"])["reason"] == "用途不明"
    assert asker.look_up(served.told["look_up"], IDS[0], "1")["known"] is True
    with pytest.raises(Denied) as denied:
        owner.refuse(made["id"], reason="再次", clause="第十四条")
    assert (denied.value.status, denied.value.problem) == (409, "platform.move_refused")
    with pytest.raises(Unfit) as unfit:
        asker.move(made["id"], "dispose", how=7)
    assert unfit.value.errors[0]["kind"] == "string_type"


@pytest.mark.slow
def test_a_download_is_whole_and_goes_on_where_it_broke_off(served: Served, tmp_path: Path) -> None:
    asker, grant = served.client(), served.told["files"]
    told = {one["name"]: one for one in asker.deliveries(grant)[0]["files"]}["data.csv"]
    path = asker.download(grant, tmp_path, "data.csv")
    assert f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}" == told["hash"]
    part = tmp_path / f".again.csv.{told['hash'][-16:]}.part"
    part.write_bytes(path.read_bytes()[:10])
    seen: list[int] = []
    asker.download(grant, tmp_path / "again.csv", "data.csv", lambda done, _: seen.append(done))
    assert (tmp_path / "again.csv").read_bytes() == path.read_bytes()
    assert not part.exists()
    part.write_bytes(b"x" * told["bytes"])
    with pytest.raises(InputError, match="other_bytes"):
        asker.download(grant, tmp_path / "again.csv", "data.csv")
    assert not part.exists()
    with pytest.raises(InputError, match="no_file"):
        asker.download(grant, tmp_path, "other.csv")
    assert len(list(asker.rows(grant, most=2))) == 3


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any, Any]:
    code = main(["remote", *arguments, "--json", "--lang", "en"])
    out, err = capsys.readouterr()
    return code, json.loads(out) if out else None, json.loads(err) if err else None


@pytest.mark.slow
def test_the_command_does_the_same(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RONGHE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("RONGHE_TOKEN", raising=False)
    assert run(capsys, "me")[2]["error"]["code"] == "client.signed_out"
    (tmp_path / "token").write_text(served.told["asker"] + "\n")
    code, who, _ = run(capsys, "login", served.url, "--token-file", str(tmp_path / "token"))
    assert (code, who["username"]) == (0, "申请人")
    assert (tmp_path / "home" / "remote.json").stat().st_mode & 0o077 == 0
    entry = served.told["code"]
    assert entry in [one["code"] for one in run(capsys, "search", "婚姻")[1]["entries"]]
    assert run(capsys, "show", entry)[1]["code"] == entry
    asked = ["--requester", "SWJ", "--item", "姓名", "--for", "核验", "--basis", "第十五条"]
    period = ["--from", "2026-03-02", "--until", str((datetime.now(UTC) + timedelta(days=9)).date())]
    code, made, _ = run(capsys, "request", entry, *asked, *period)
    assert (code, made["requests"][0]["state"]) == (0, "submitted")
    key = made["requests"][0]["id"]
    assert run(capsys, "status", key)[1]["id"] == key
    assert key in [one["id"] for one in run(capsys, "status")[1]["requests"]]
    code, _, error = run(capsys, "decide", key, "yes")
    assert (code, error["error"]["params"]["problem"]) == (4, "platform.role_missing")
    monkeypatch.setenv("RONGHE_TOKEN", served.told["owner"])
    assert run(capsys, "work")[1]["waiting"]
    assert run(capsys, "decide", key, "no")[0] == 2
    code, told, _ = run(capsys, "decide", key, "no", "--reason", "不明", "--clause", "第十四条")
    assert (code, told["state"]) == (0, "refused")
    monkeypatch.delenv("RONGHE_TOKEN")
    code, told, _ = run(capsys, "download", served.told["files"], "--file", "data.csv", "--to", str(tmp_path))
    assert (code, Path(told["file"]).stat().st_size) == (0, told["bytes"])
    assert {one["id"] for one in run(capsys, "grants")[1]["grants"]} >= {served.told["files"]}
    (tmp_path / "subject").write_text(IDS[1] + "\n")
    with (tmp_path / "subject").open() as subject:
        monkeypatch.setattr(sys, "stdin", subject)
        assert run(capsys, "look-up", served.told["look_up"], "--case", "2")[1]["known"] is True
    assert run(capsys, "logout")[0] == 0
    assert run(capsys, "grants")[0] == 2


@pytest.mark.slow
def test_the_index_terms_rulings_and_files_go_by_program_too(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RONGHE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RONGHE_TOKEN", served.told["bureau"])
    assert run(capsys, "login", served.url)[0] == 0
    city = run(capsys, "index")[1]
    assert city["exact"] == served.client().index()["exact"]
    one = run(capsys, "index", "MZJ")[1]
    assert one["share"] == city["groups"][0][0]["share"]
    assert {row["about"] for row in one["rows"]} == {"entry", "request"}
    assert run(capsys, "flows")[1]["flows"][0]["owner"] == "民政局"
    assert served.client().index_trend()[-1]["value"] == city["value"]
    code, asked, _ = run(capsys, "compute-index")
    assert code == 0
    assert run(capsys, "compute-index", asked["job"])[1]["job"] == asked["job"]
    entry, today = served.told["code"], datetime.now(UTC).date()
    (made,) = served.client().ask(
        "SWJ",
        [Wish(entry, ["登记日期"])],
        purpose="核验",
        legal_basis="个人所得税法第十五条",
        wanted_from=today,
        wanted_until=today + timedelta(days=30),
    )
    monkeypatch.setenv("RONGHE_TOKEN", served.told["owner"])
    duty = '登记日期={"bucket_date": "year"}'
    code, told, _ = run(capsys, "tighten", made["id"], entry, "--obligation", duty)
    assert (code, told["lines"][0]["tighter"]) == (0, {"obligations": {"登记日期": {"bucket_date": "year"}}})
    assert run(capsys, "tighten", made["id"], entry, "--obligation", "登记日期")[0] == 2
    code, told, _ = run(capsys, "look", made["id"])
    assert (code, told["lines"][0]["obligations"]) == (0, {"登记日期": {"bucket_date": "year"}})
    assert served.client("owner").sample(entry) == {"columns": [], "rows": []}
    assert run(capsys, "tighten", made["id"], "X", "--obligation", "登记日期=drop")[0] == 3
    served.client("owner").refuse(made["id"], reason="不明", clause="第十四条")
    monkeypatch.setenv("RONGHE_TOKEN", served.told["bureau"])
    code, told, _ = run(capsys, "rule", made["id"], "no", "--text", "条款未公布")
    assert (code, told["ruling"]["confirmed"]) == (0, False)
    monkeypatch.setenv("RONGHE_TOKEN", served.told["offerer"])
    (tmp_path / "a.csv").write_bytes(text())
    code, told, _ = run(capsys, "upload", entry, str(tmp_path / "a.csv"))
    assert (code, told["called"], told["bytes"]) == (0, "a.csv", len(text()))
    assert run(capsys, "upload", entry, str(tmp_path / "b.csv"))[0] == 3
    (tmp_path / "a.csv").write_bytes(b"SQLite format 3\0")
    with pytest.raises(Unfit) as unfit:
        served.client("offerer").hand_in(entry, tmp_path / "a.csv")
    assert unfit.value.problem == "platform.upload_database"


@pytest.mark.slow
def test_what_somebody_lost_is_replaced_by_the_administrator_whose_work_it_is(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lost(what: str, name: str) -> tuple[int, Any, Any]:
        (tmp_path / "password").write_text("another long password\n")
        with (tmp_path / "password").open() as password:
            monkeypatch.setattr(sys, "stdin", password)
            return run(capsys, what, name)

    monkeypatch.setenv("RONGHE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RONGHE_TOKEN", served.told["system"])
    assert run(capsys, "login", served.url)[0] == 0
    code, who, _ = lost("reset-password", "审批人")
    assert (code, who["username"]) == (0, "审批人")
    assert lost("reset-password", "安全")[2]["error"]["params"]["problem"] == "platform.own_password"
    assert lost("reset-factor", "审批人")[2]["error"]["params"]["status"] == 404
    monkeypatch.setenv("RONGHE_TOKEN", served.told["security"])
    assert lost("reset-factor", "审批人")[2]["error"]["params"]["problem"] == "platform.factor_missing"


@pytest.mark.slow
def test_a_quiet_server_says_nothing_of_requests_that_it_refuses(served: Served) -> None:
    client = Client(served.url, "rh_wrong")
    for _ in range(3):
        with pytest.raises(Denied):
            client.me()
    assert served.log.read_text() == ""


class Moody(BaseHTTPRequestHandler):
    """Answers each request with what is next on its list."""

    answers: ClassVar[list[tuple[int, dict[str, str]]]] = []
    keys: ClassVar[list[str | None]] = []
    body: ClassVar[bytes] = b'{"code": "x", "detail": "y"}'
    paths: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        Moody.keys.append(self.headers.get("Idempotency-Key"))
        Moody.paths.append(self.path)
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        status, headers = Moody.answers.pop(0)
        self.send_response(status)
        for name, value in {"Content-Length": str(len(Moody.body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(Moody.body)

    do_GET = do_POST  # noqa: N815 - the name that the library calls

    def log_message(self, *_given: Any) -> None:
        pass


@pytest.fixture
def moody() -> Iterator[tuple[Transport, list[float]]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Moody)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Moody.keys.clear()
    Moody.paths.clear()
    waited: list[float] = []
    yield Transport(f"http://127.0.0.1:{server.server_port}", "t", sleep=waited.append), waited
    server.shutdown()
    server.server_close()


def test_a_call_is_tried_again_under_one_key(moody: tuple[Transport, list[float]]) -> None:
    transport, waited = moody
    Moody.answers[:] = [(503, {}), (429, {"Retry-After": "3"}), (200, {})]
    assert transport.call("POST", "/x", {}) == {"code": "x", "detail": "y"}
    assert waited == [0.5, 3.0]
    assert len(Moody.keys) == 3
    assert len(set(Moody.keys)) == 1
    assert Moody.keys[0]


def test_a_read_that_counts_and_a_wait_that_is_too_long_are_not_tried_again(
    moody: tuple[Transport, list[float]],
) -> None:
    transport, waited = moody
    Moody.answers[:] = [(503, {}), (429, {"Retry-After": "86400"})]
    with pytest.raises(TooOften):
        transport.call("POST", "/x", {}, again=False)
    assert Moody.keys == [None]
    with pytest.raises(TooOften):
        transport.call("GET", "/x")
    assert waited == []


def test_the_token_follows_no_redirect(moody: tuple[Transport, list[float]]) -> None:
    transport, _ = moody
    Moody.answers[:] = [(302, {"Location": "https://elsewhere.example/"}), (302, {}), (200, {})]
    with pytest.raises(UsageError) as moved:
        transport.call("GET", "/x")
    assert moved.value.params["to"] == "https://elsewhere.example/"
    with pytest.raises(Failed) as failed:
        transport.call("GET", "/x")
    assert (failed.value.status, len(Moody.keys)) == (302, 2)
    assert isinstance(failed.value, Answered)


@pytest.mark.parametrize("body", [b"<html>sign in</html>", b"[]", b"", b"[" * 100_000, b"\xff"])
def test_what_answers_without_being_a_platform_is_told_so(
    body: bytes, moody: tuple[Transport, list[float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Moody, "body", body)
    Moody.answers[:] = [(200, {})]
    with pytest.raises(Unreachable) as told:
        moody[0].call("GET", "/me")
    assert told.value.code == "client.no_platform"


def test_an_answer_that_breaks_off_is_asked_for_again_under_its_key(moody: tuple[Transport, list[float]]) -> None:
    transport, waited = moody
    Moody.answers[:] = [(200, {"Content-Length": "1000"}), (200, {})]
    assert transport.call("POST", "/x", {})["code"] == "x"
    assert (len(set(Moody.keys)), waited) == (1, [0.5])
    Moody.answers[:] = [(200, {"Content-Length": "1000"})]
    with pytest.raises(Unreachable):
        transport.call("POST", "/x", {}, again=False)


def test_an_id_stays_within_its_part_of_the_address(
    moody: tuple[Transport, list[float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    transport, _ = moody
    client = Client(transport.url, "t")
    for key in ("中 文", "../me", "x?y#z", "a\nb", "\udcff"):
        Moody.answers[:] = [(200, {})]
        client.request(key)
        assert Moody.paths[-1].startswith("/api/requests/")
        assert "/" not in Moody.paths[-1].removeprefix("/api/requests/")
        assert "?" not in Moody.paths[-1]
    monkeypatch.setattr(Moody, "body", b'{"rows": [], "next": null}')
    Moody.answers[:] = [(200, {})]
    assert list(client.search("\udcff")) == []


def test_any_operation_is_called_once_and_under_the_key_that_was_chosen(
    moody: tuple[Transport, list[float]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    transport, waited = moody
    monkeypatch.setenv("RONGHE_HOME", str(tmp_path))
    monkeypatch.delenv("RONGHE_TOKEN", raising=False)
    (tmp_path / "remote.json").write_text(json.dumps({"url": transport.url, "token": "t", "plain": False}))
    body = tmp_path / "body.json"
    body.write_text('{"name": "收养"}')
    Moody.answers[:] = [(200, {}), (200, {}), (503, {})]
    assert run(capsys, "call", "post", "/offers", "--body", str(body), "--key", "4712")[:2] == (
        0,
        {"code": "x", "detail": "y"},
    )
    assert run(capsys, "call", "get", "/catalogue?text=收养&limit=1")[0] == 0
    assert run(capsys, "call", "post", "/offers/MZJ-1/submit")[0] == 5
    assert (Moody.keys, waited) == (["4712", None, None], [])
    assert Moody.paths[1] == "/api/catalogue?text=%E6%94%B6%E5%85%BB&limit=1"
    for words, code in (
        (("get", "offers"), "client.path_form"),
        (("post", "/offers", "--key", "a b"), "client.key_form"),
        (("post", "/offers", "--body", str(tmp_path)), "client.body_form"),
    ):
        assert run(capsys, "call", *words)[2]["error"]["code"] == code
    for said in ("[]", "{", "[" * 100_000):
        body.write_text(said)
        assert run(capsys, "call", "post", "/offers", "--body", str(body))[2]["error"]["code"] == "client.body_form"


def test_a_file_that_cannot_be_written_is_not_taken_for_a_broken_line(
    moody: tuple[Transport, list[float]], tmp_path: Path
) -> None:
    transport, waited = moody
    file = {"name": "data.csv", "bytes": len(Moody.body), "hash": f"sha256:{hashlib.sha256(Moody.body).hexdigest()}"}
    with pytest.raises(InputError) as told:
        fetch(transport, "/files/x", file, tmp_path / "nowhere" / "data.csv", lambda _done, _all: None)
    assert told.value.code == "client.file_target"
    Moody.answers[:] = [(200, {})]
    (tmp_path / f".data.csv.{str(file['hash'])[-16:]}.part").symlink_to("/dev/full")
    with pytest.raises(InputError, match="file_target"):
        fetch(transport, "/files/x", file, tmp_path / "data.csv", lambda _done, _all: None)
    assert waited == []


def test_nobody_answers_and_addresses_to_which_a_token_must_not_go() -> None:
    waited: list[float] = []
    silent = Transport(f"http://127.0.0.1:{free_port()}", "t", sleep=waited.append)
    with pytest.raises(Unreachable):
        silent.call("GET", "/x")
    assert waited == [0.5, 1.0, 2.0, 4.0]
    unfit = (
        "http://[::1",
        "https://x:abc",
        "https://x:0",
        "https://a b",
        "https://u:p@x",
        "https://x/?q",
        "https://x\n",
    )
    for url in ("http://share.example.gov.cn", "ftp://x", "share", *unfit):
        with pytest.raises(UsageError):
            Transport(url, "t")
    for token in ("", "中文", "a b", "a\nb"):
        with pytest.raises(UsageError, match="token_form"):
            Transport("https://x", token)
    assert "secret" not in repr(Transport("https://x", "secret"))
