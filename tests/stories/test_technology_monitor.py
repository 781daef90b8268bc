"""Technologies watched through the command: services that answer, fail, lie, stall or are not to be reached."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ronghe import technology
from ronghe.journeys.technology_probing import attempt
from ronghe.technology.monitor.probes import Probe
from ronghe.trust.egress import parse_allowed
from tests.stories.answering import Service, certified, serving
from tests.stories.desk import Desk, without_settings

LOCAL = '[allowed]\nnetworks = ["127.0.0.1/32"]\n[defaults]\ntimeout_seconds = 1\n'
UP = '[{ pointer = "/status", equals = "UP" }, { pointer = "/queue", most = 50 }]'


@pytest.fixture
def desk(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    without_settings(monkeypatch, tmp_path / "home")
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path, capfd)


def probe(name: str, service: Service | int, kind: str = "http", **more: str) -> str:
    port = service if isinstance(service, int) else service.port
    where = f'host = "127.0.0.1"\nport = {port}' if kind in ("tcp", "tls") else f'url = "http://127.0.0.1:{port}/h"'
    lines = [f'name = "{name}"', f'kind = "{kind}"', where, *(f"{key} = {value}" for key, value in more.items())]
    return "\n[[probes]]\n" + "\n".join(lines) + "\n"


def plan(folder: Path, *probes: str, head: str = LOCAL) -> str:
    (folder / "probes.toml").write_text(head + "".join(probes), "utf-8")
    return "probes.toml"


def outcomes(made: dict[str, Any]) -> dict[str, str]:
    return {one["probe"]: one["outcome"]["reason"] for one in made["technologies"]}


WATCH = ("technology", "monitor", "probes.toml")


def test_every_kind_of_answer_is_an_outcome_and_none_stops_the_others(desk: Desk) -> None:
    kinds = ("well", "busy", "elsewhere", "no_http", "nothing", "slow", "heads")
    bodies = ("status", "chunked", "short", "no_json", "deep", "body")
    with serving(*kinds, *bodies) as services:
        plain = [probe(name, service) for name, service in zip(kinds, services[: len(kinds)], strict=True)]
        read = [
            probe(name, service, "json", json=UP) for name, service in zip(bodies, services[len(kinds) :], strict=True)
        ]
        closed = probe("closed", 1, "tcp")
        began = time.monotonic()
        made = desk.reads(*WATCH[:2], plan(desk.folder, *plain, *read, closed, probe("tcp", services[0], "tcp")))
    assert time.monotonic() - began < 5
    assert outcomes(made) == {
        "well": "ok",
        "busy": "status",
        "elsewhere": "redirect",
        "no_http": "not_http",
        "nothing": "closed",
        "slow": "timeout",
        "heads": "large",
        "status": "json_value",
        "chunked": "ok",
        "short": "closed",
        "no_json": "not_json",
        "deep": "not_json",
        "body": "large",
        "closed": "connection",
        "tcp": "ok",
    }
    assert {one["probe"]: one["value"] for one in made["technologies"]}["chunked"] == 7.0


def test_the_history_makes_status_and_alarms_and_a_replay_reaches_nobody(desk: Desk) -> None:
    with serving("busy") as (service,):
        plan(desk.folder, probe("ocr", service, technology='"ocr-lite"'))
        desk.types(*WATCH, "--history", "h.tsv")
        head, last = (desk / "h.tsv").read_text("utf-8").splitlines()
        earlier = ["2026-01-01T00:00:00Z" + last[20:], "2026-01-01T00:01:00Z" + last[20:]]
        (desk / "h.tsv").write_text("\n".join([head, *earlier, last]) + "\n", "utf-8")
        asked = len(service.asked)
        made = desk.reads(*WATCH, "--replay", "--history", "h.tsv", "--metrics", "m.prom")
        assert len(service.asked) == asked == 1
    (one,) = made["technologies"]
    assert (one["technology"], one["status"], one["results"]) == ("ocr-lite", "down", 3)
    assert [(alarm["key"], alarm["severity"], alarm["cause"]) for alarm in made["firing"]] == [
        ("unavailable/ocr", "red", "down")
    ]
    assert 'severity="red"} 1' in (desk / "m.prom").read_text("utf-8")
    shown = desk.types(*WATCH, "--replay", "--history", "h.tsv", "--lang", "zh").stdout
    assert "不可用" in shown
    assert "连续失败" in shown
    late = desk.reads(*WATCH, "--replay", "--history", "h.tsv", "--now", "2126-01-01T00:00:00Z")
    assert late["technologies"][0]["status"] == "unknown"


def test_nothing_is_reached_that_nobody_listed(desk: Desk) -> None:
    with serving("well") as (service,):
        listed = plan(desk.folder, probe("ocr", service), head="")
        assert outcomes(desk.reads(*WATCH[:2], listed)) == {"ocr": "address"}
        names = ("localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "127.1")
        urls = [
            f'\n[[probes]]\nname = "{name}"\nkind = "http"\nurl = "http://{name}:{service.port}/"\n' for name in names
        ]
        hosts = '[allowed]\nhosts = ["localhost", "127.0.0.1", "127.1"]\n[defaults]\ntimeout_seconds = 2\n'
        made = desk.reads(*WATCH[:2], plan(desk.folder, *urls, head=hosts))
        assert set(outcomes(made).values()) <= {"address", "name"}
        assert service.asked == []
        shown = desk.types(*WATCH, "--lang", "en").stdout
        assert "list a public host in hosts, a private range in networks" in " ".join(shown.split())


def test_a_name_is_resolved_once_and_what_was_allowed_is_what_is_connected(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])

    def resolved(*_: object, **__: object) -> Sequence[tuple[Any, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 0)) for one in next(answers)]

    with serving("well", "well") as (service, inside):
        asked = Probe("ocr", "http", "ocr.example", service.port, timeout=2)
        allowed = parse_allowed(["ocr.example"], ["127.0.0.1/32"], where="f")

        async def twice() -> list[str]:
            loop = asyncio.get_running_loop()

            async def getaddrinfo(*given: object, **more: object) -> Any:
                # asyncio asks again for the literal address that it connects to; only names can be rebound.
                return resolved() if given[0] == "ocr.example" else await plain(*given, **more)  # type: ignore[arg-type]

            plain = loop.getaddrinfo
            monkeypatch.setattr(loop, "getaddrinfo", getaddrinfo)
            return [(await attempt(asked, allowed)).reason for _ in range(2)]

        assert asyncio.run(twice()) == ["ok", "address"]
        assert b"Host: ocr.example" in service.asked[0]
        assert inside.asked == []


def test_the_proxies_of_the_environment_are_not_used(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving("well", "well") as (service, proxy):
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        plan(desk.folder, probe("ocr", service))
        assert outcomes(desk.reads(*WATCH)) == {"ocr": "ok"}
        assert proxy.asked == []


def test_certificates_are_checked_and_their_days_counted(desk: Desk) -> None:
    context, _ = certified(desk.folder, days=5)
    with serving("well", context=context) as (service,):
        trusted = probe("trusted", service, "tls", ca='"ca.pem"', warn_days="21", page_days="7")
        plan(
            desk.folder, trusted, probe("unknown maker", service, "tls"), probe("no file", service, "tls", ca='"x.pem"')
        )
        made = desk.reads(*WATCH, "--history", "h.tsv")
    assert outcomes(made) == {"trusted": "ok", "unknown maker": "certificate", "no file": "ca"}
    assert made["technologies"][0]["value"] == pytest.approx(5, abs=0.1)
    assert {(one["key"], one["severity"]) for one in made["firing"]} == {
        ("certificate/trusted", "yellow"),
        ("certificate/trusted", "red"),
    }


def test_a_token_comes_from_the_environment_and_is_written_nowhere(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    context, _ = certified(desk.folder, days=90)
    with serving("well", context=context) as (service,):
        lines = f'name = "ocr"\nkind = "http"\nurl = "https://127.0.0.1:{service.port}/"\nca = "ca.pem"\n'
        plan(desk.folder, f'\n[[probes]]\n{lines}bearer_env = "OCR_TOKEN"\n')
        assert outcomes(desk.reads(*WATCH, "--history", "h.tsv")) == {"ocr": "secret"}
        monkeypatch.setenv("OCR_TOKEN", "s3cret\r\nX: y")
        assert outcomes(desk.reads(*WATCH, "--history", "h.tsv")) == {"ocr": "secret"}
        assert service.asked == []
        monkeypatch.setenv("OCR_TOKEN", "s3cret")
        done = desk.types(*WATCH, "--history", "h.tsv", "--metrics", "m.prom", "--json")
        assert b"Authorization: Bearer s3cret\r\n" in service.asked[0]
    kept = (desk / "h.tsv").read_text("utf-8") + (desk / "m.prom").read_text("utf-8") + done.stdout + done.stderr
    assert "s3cret" not in kept


def test_a_quota_of_calls_holds_over_runs(desk: Desk) -> None:
    with serving("well") as (service,):
        plan(desk.folder, probe("ocr", service, calls_per_day="2"))
        found = [outcomes(desk.reads(*WATCH, "--history", "h.tsv"))["ocr"] for _ in range(4)]
        assert found == ["ok", "ok", "quota", "quota"]
        assert len(service.asked) == 2


def test_a_bad_probe_is_told_and_the_others_are_made(desk: Desk) -> None:
    with serving("well") as (service,):
        plan(desk.folder, probe("ocr", service), probe("odd", service, "ftp"), probe("ocr", service))
        done = desk.types(*WATCH, "--history", "h.tsv", "--json", code=3)
        assert len(service.asked) == 1
    made = json.loads(done.stdout)
    assert outcomes(made) == {"ocr": "ok"}
    assert [one["place"] for one in made["unusable"]] == ["2 (odd)", "3 (ocr)"]
    assert "2 (odd), 3 (ocr)" in done.stderr


@pytest.mark.parametrize("content", ["", "probes = 5", "[[probes]]\nname = ", "[allowed]\nhosts = ['*']\n", "\x00"])
def test_a_file_without_probes_is_one_line(desk: Desk, content: str) -> None:
    (desk / "probes.toml").write_text(content, "utf-8")
    desk.fails(*WATCH, code=3)


def test_odd_files_and_options_are_one_line(desk: Desk) -> None:
    plan(desk.folder, probe("ocr", 1, "tcp"))
    assert "absent.toml" in desk.fails("technology", "monitor", "absent.toml", code=3)
    (desk / "notes.txt").write_text("my notes\n", "utf-8")
    assert "notes.txt" in desk.fails(*WATCH, "--history", "notes.txt", code=3)
    assert (desk / "notes.txt").read_text("utf-8") == "my notes\n"
    desk.fails(*WATCH, "--replay", code=2)
    desk.fails(*WATCH, "--now", "2026-11-27", code=2)
    desk.fails(*WATCH, "--once", "--follow", code=2)
    desk.fails(*WATCH, "--replay", "--history", "absent.tsv", code=3)
    desk.fails(*WATCH, "--metrics", "absent/m.prom", code=3)
    desk.fails(*WATCH, "--follow", "--metrics", "absent/m.prom", code=3)


def test_the_python_face_gives_the_same(desk: Desk) -> None:
    with serving("well") as (service,):
        plan(desk.folder, probe("ocr", service))
        made = technology.monitor("probes.toml", history="h.tsv")
        assert [str(one.status) for one in made.standings] == ["up"]
        again = technology.monitor("probes.toml", history="h.tsv", replay=True)
        assert again.standings[0].count == 1
        assert len(service.asked) == 1


def test_the_python_face_words_its_errors(tmp_path: Path) -> None:
    code = (
        "from ronghe import technology\ntry: technology.monitor('none.toml')\nexcept Exception as fault: print(fault)"
    )
    said = subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path, capture_output=True, text=True).stdout
    assert said.startswith("none.toml cannot be read")


@pytest.fixture
def following(desk: Desk) -> Iterator[tuple[Desk, Service, "subprocess.Popen[str]"]]:
    with serving("busy") as (service,):
        head = LOCAL.replace("timeout_seconds = 1", "timeout_seconds = 0.5\ninterval_seconds = 1")
        plan(desk.folder, probe("ocr", service), head=head)
        command = [
            sys.executable,
            "-m",
            "ronghe",
            *WATCH,
            "--follow",
            "--history",
            "h.tsv",
            "--metrics",
            "m.prom",
            "--json",
        ]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
            yield desk, service, running
            running.kill()


def test_a_followed_service_goes_down_once_and_a_kill_loses_nothing(
    following: tuple[Desk, Service, "subprocess.Popen[str]"],
) -> None:
    desk, service, running = following
    assert running.stdout is not None
    told = [json.loads(running.stdout.readline()) for _ in range(2)]
    assert (told[0]["before"], told[0]["status"], told[0]["reason"]) == ("unknown", "down", "status")
    assert (told[1]["alarm"]["rule"], told[1]["alarm"]["state"]) == ("unavailable", "firing")
    assert desk.fails(*WATCH, "--history", "h.tsv", code=4)
    running.kill()
    running.wait()
    lines = (desk / "h.tsv").read_text("utf-8").splitlines()
    assert len(service.asked) - 1 <= len(lines) - 1 <= len(service.asked)
    assert desk.reads(*WATCH, "--history", "h.tsv")["technologies"][0]["status"] == "down"
    assert "# EOF" in (desk / "m.prom").read_text("utf-8")


def test_a_followed_monitor_stops_when_asked(following: tuple[Desk, Service, "subprocess.Popen[str]"]) -> None:
    _, service, running = following
    until = time.monotonic() + 20
    while not service.asked and time.monotonic() < until:
        time.sleep(0.05)
    os.kill(running.pid, signal.SIGTERM)
    _, complaint = running.communicate(timeout=10)
    assert running.returncode == 130
    assert "Traceback" not in complaint


def test_an_address_of_its_own_is_taken_from_several_that_a_name_has() -> None:
    with serving("well") as (service,):
        both = Probe("ocr", "tcp", "localhost", service.port, timeout=2)
        only_v4 = parse_allowed([], ["127.0.0.1/32"], where="f")
        assert asyncio.run(attempt(both, only_v4)).passed
        assert asyncio.run(attempt(replace(both, host="nowhere.invalid"), only_v4)).reason == "name"
