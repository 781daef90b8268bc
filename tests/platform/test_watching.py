"""What operators see of requests: figures, numbers and lines, none of which says what was asked for."""

import json
from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest
import structlog
from django.db import OperationalError
from django.test import Client
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from ronghe.journeys.logs import configure_logs
from ronghe.platform.access.roles import Role
from ronghe.platform.api import calls, catalogue
from ronghe.platform.api.limits import Limits
from ronghe.platform.jobs.immediate import InProcess
from tests.platform.conftest import City, RecordedKind
from tests.platform.programs import Program, program_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(city: City, kind: RecordedKind, monkeypatch: pytest.MonkeyPatch) -> Program:
    monkeypatch.setattr(calls, "_limits", Limits(100_000))
    monkeypatch.setattr(calls, "_strangers", Limits(100_000))
    city.person("运维", city.bureau, Role.OPERATOR)
    city.person("申请人", city.tax, Role.ASKER)
    return program_of("运维", "jobs.read", "catalogue.read")


@pytest.fixture
def told() -> Iterator[list[MutableMapping[str, Any]]]:
    """The lines of the log at the level of a server, whatever another test asked for."""
    before = structlog.get_config()
    configure_logs("info")
    with structlog.testing.capture_logs() as lines:
        yield lines
    structlog.configure(**before)


def scraped(program: Program) -> Any:
    return Client().get("/metrics", headers={"Authorization": f"Bearer {program.secret}"})


def test_figures_are_for_those_who_watch(operator: Program, city: City) -> None:
    assert Client().get("/metrics").status_code == 401
    assert scraped(program_of("申请人")).status_code == 404
    assert scraped(program_of("运维", "catalogue.read")).status_code == 403
    assert scraped(operator).status_code == 200


def test_figures_count_requests_and_say_how_the_installation_is(operator: Program, city: City) -> None:
    city.asked()
    operator.get("/catalogue/MZJ-1")
    said = scraped(operator).content.decode()
    families = {one.name: one for one in text_string_to_metric_families(said)}  # type: ignore[no-untyped-call]
    counted = {
        (sample.labels["route"], sample.labels["status"]): sample.value
        for sample in families["ronghe_requests"].samples
        if sample.name.endswith("_total")
    }
    assert counted["api/catalogue/<code>", "200"] >= 1
    states = {sample.labels["state"]: sample.value for sample in families["ronghe_sharing_requests"].samples}
    assert states == {"submitted": 1}
    assert families["ronghe_unsealed_seconds"].samples[0].value >= 0


def test_threat_41_a_request_is_a_line_that_says_neither_what_was_asked_for_nor_the_token(
    operator: Program, told: list[MutableMapping[str, Any]]
) -> None:
    answer = operator.call("GET", "/catalogue?text=secretword", X_Request_ID="from-the-proxy-1")
    denied = operator.call("GET", "/catalogue/secretcode", X_Request_ID="bad id\twith space")
    assert answer.headers["X-Request-ID"] == "from-the-proxy-1"
    problem = json.loads(denied.content)
    assert problem["request_id"] == denied.headers["X-Request-ID"] != "bad id\twith space"
    assert [(line["route"], line["status"]) for line in told] == [
        ("api/catalogue", 200),
        ("api/catalogue/<code>", 404),
    ]
    operator.call("POST", "/collections-check", {"name": "secretname", "items": ["secretitem"]})
    Client().post("/sign-in", {"login": "secretname", "password": "secretpassword"})
    assert len(told) == 4
    assert "secret" not in json.dumps(told)
    assert operator.secret not in json.dumps(told)


def test_a_defect_is_a_problem_with_a_number_and_its_cause_stays_in_the_log(
    operator: Program, told: list[MutableMapping[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: object) -> None:
        raise ZeroDivisionError("inside")

    monkeypatch.setattr(catalogue, "shape_of", broken)
    problem = operator.told("GET", "/catalogue/x", status=500)
    assert problem["code"] == "api.500"
    assert "inside" not in json.dumps(problem)
    assert [line["fault"] for line in told if "fault" in line] == ["ZeroDivisionError"]


def test_a_busy_database_is_worth_another_try(operator: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*_given: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(catalogue, "shape_of", locked)
    answer = operator.call("GET", "/catalogue/x")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")


def test_a_program_has_the_installation_checked_and_reads_what_was_found(operator: Program) -> None:
    assert operator.get("/security") == {"at": None, "findings": []}
    program = program_of("运维", "jobs.read", "jobs.write")
    job, again = program.post("/security/check", {}, 202), program.post("/security/check", {}, 202)
    assert job["name"] == "security_check"
    assert job["id"] == again["id"]
    assert operator.call("POST", "/security/check").status_code == 403
    InProcess().run_waiting()
    told = operator.get("/security")
    assert told["at"]
    assert {one["level"] for one in told["findings"]} <= {"good", "warning", "bad"}
    assert all(one["message"]["zh"] and one["message"]["en"] for one in told["findings"])
