"""Calls that the schema allows and calls that it does not, made up by schemathesis for every operation."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from ronghe.platform.api import calls
from ronghe.platform.api.document import document
from ronghe.platform.api.limits import Limits
from tests.platform.conftest import START, City, RecordedKind
from tests.platform.matrix import ROWS
from tests.platform.test_matrix import Things

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
EXAMPLES = {GenerationMode.POSITIVE: 8, GenerationMode.NEGATIVE: 4}
CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """schemathesis ends each request as a server does, which would close the connection of the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def things(city: City, kind: RecordedKind, monkeypatch: pytest.MonkeyPatch) -> Things:
    for name in ("_limits", "_strangers"):
        monkeypatch.setattr(calls, name, Limits(10_000_000))
    monkeypatch.setattr(calls, "now", lambda: START + timedelta(hours=1))
    return Things(city)


def fuzz(operation: Any, things: Things, mode: GenerationMode) -> None:
    """Send what is made up for one operation, as somebody who may make the call, to things that are there."""
    name = f"{operation.method.upper()} {operation.path.removeprefix('/api')}"
    row = ROWS[name]
    secret = things.programs[min(row.who, default="nobody")].secret

    @settings(
        max_examples=EXAMPLES[mode],
        phases=[Phase.generate],
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def sent(case: Any) -> None:
        if mode is GenerationMode.POSITIVE:
            case.path_parameters = {part: things.named[row.path.get(part, part)] for part in case.path_parameters or {}}
        with transaction.atomic():
            answer = case.call(headers={"Authorization": f"Bearer {secret}"})
            transaction.set_rollback(True)
        case.validate_response(answer, checks=CHECKS)

    sent()


def test_every_operation_keeps_to_its_schema_whatever_it_is_sent(things: Things) -> None:
    schema = schemathesis.openapi.from_dict(document())
    schema.app = get_wsgi_application()
    found = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    assert len(found) == len(ROWS)
    wrong = []
    for operation in found:
        for mode in EXAMPLES:
            try:
                fuzz(operation, things, mode)
            except BaseExceptionGroup as fault:
                wrong.append(f"{operation.method} {operation.path} {mode.value}: {fault}")
    assert wrong == [], "\n\n".join(wrong)
