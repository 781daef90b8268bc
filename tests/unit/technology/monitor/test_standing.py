"""How single histories are judged: thresholds, staleness, gaps, budgets, certificates, metrics."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from ronghe.technology.monitor.burn import BURNS, Tally, burning
from ronghe.technology.monitor.probes import Probe
from ronghe.technology.monitor.standing import Results, Standing, judge, openmetrics
from ronghe.technology.monitor.status import Status, steps

PROBE = Probe("ocr", "http", "ocr.example", 443, technology="ocr-lite")
TLS = Probe("cert", "tls", "ocr.example", 443, technology="cert", interval=3_600)


def judged(passed: Sequence[int], *, probe: Probe = PROBE, late: int = 0, values: Sequence[float] = ()) -> Standing:
    times = np.arange(len(passed)) * int(probe.interval)
    given = np.array(values or [np.nan] * len(passed), np.float64)
    made = Results(times.astype(np.int64), np.array(passed, bool), np.ones(len(passed)), given)
    return judge(probe, made, int(times[-1]) + late if len(times) else late)


@pytest.mark.parametrize(
    ("passed", "status"),
    [
        ([], Status.UNKNOWN),
        ([1], Status.UP),
        ([0], Status.UNKNOWN),
        ([1, 0, 0], Status.UP),
        ([1, 0, 0, 0], Status.DOWN),
        ([1, 0, 0, 0, 1, 1], Status.DOWN),
        ([1, 0, 0, 0, 1, 1, 1], Status.UP),
        ([0, 0, 1, 0, 0, 1], Status.UNKNOWN),
        ([1, 0] * 10, Status.FLAPPING),
        ([1, 0] * 10 + [1] * 30, Status.UP),
        ([1, 0] * 10 + [0] * 30, Status.DOWN),
    ],
)
def test_status_has_its_own_thresholds_for_down_and_up(passed: list[int], status: Status) -> None:
    assert judged(passed).status is status


def test_thresholds_of_one_change_at_once() -> None:
    quick = replace(PROBE, down_after=1, up_after=1)
    assert judged([1, 0], probe=quick).status is Status.DOWN
    assert judged([1, 0, 1], probe=quick).status is Status.UP


def test_status_tells_since_when() -> None:
    assert judged([1, 1, 0, 0, 0, 0]).since == 4 * 60
    assert steps(np.array([True, True]), down_after=3, up_after=3).since() == 0


def test_what_was_not_heard_of_for_three_intervals_is_unknown() -> None:
    assert judged([1, 1, 1], late=180).status is Status.UP
    assert judged([1, 1, 1], late=191).status is Status.UNKNOWN


def test_what_lies_after_now_is_not_looked_at() -> None:
    assert judged([1, 0, 0, 0], late=-60).status is Status.UP


def test_a_gap_in_watching_ends_no_alarm() -> None:
    times = np.array([0, 60, 120, 180, 90_000, 90_060, 90_120])
    made = Results(times, np.zeros(7, bool), np.ones(7), np.full(7, np.nan))
    assert [alarm.event.state for alarm in judge(PROBE, made, 90_120).alarms] == ["pending", "firing"]


def test_results_out_of_order_and_repeated_are_put_in_order() -> None:
    times = np.array([180, 0, 60, 120, 180])
    made = Results(times, np.array([1, 1, 0, 0, 0], bool), np.ones(5), np.full(5, np.nan))
    found = judge(PROBE, made, 180)
    assert (found.count, found.status) == (4, Status.DOWN)


def test_few_failures_burn_no_budget_and_rates_are_those_of_the_workbook() -> None:
    times = np.arange(0, 7_200, 60)
    failed = np.zeros(120, np.int64)
    failed[-2:] = 1
    events = np.ones(120, np.int64)
    assert not burning(Tally(times, failed, events), BURNS[0], 0.999)[0].any()
    failed[-3] = 1
    assert burning(Tally(times, failed, events), BURNS[0], 0.999)[0].tolist()[-1]
    assert [(one.factor, one.long, one.short) for one in BURNS] == [
        (14.4, 3_600, 300),
        (6.0, 21_600, 1_800),
        (1.0, 259_200, 21_600),
    ]
    # Calls count as probes do: 144 failures of 10,000 in an hour are the limit.
    calls, bad = np.full(120, 10_000 // 60), np.zeros(120, np.int64)
    bad[-60:] = 2
    assert not burning(Tally(times, bad, calls), BURNS[0], 0.999)[0].any()
    bad[-60:] = 3
    assert burning(Tally(times, bad, calls), BURNS[0], 0.999)[0].any()


def test_a_window_leaves_out_its_beginning() -> None:
    times, ones = np.array([0, 60, 120]), np.ones(3, np.int64)
    assert Tally(times, ones, ones).failed(120).tolist() == [1, 2, 2]


def test_budget_is_that_of_thirty_days_even_in_the_first_hour() -> None:
    found = judged([1] * 59 + [0])
    assert found.budget.available == pytest.approx(59 / 60)
    assert found.budget.left == pytest.approx(1 - 1 / 43.2)


def test_a_certificate_is_yellow_then_red_and_once_each() -> None:
    found = judged([1] * 6, probe=TLS, values=[30, 20.9, 20.8, 6.9, 6.8, 6.7])
    fired = [(alarm.event.severity, alarm.cause) for alarm in found.alarms if alarm.event.state == "firing"]
    assert fired == [("yellow", "days"), ("red", "days")]
    renewed = judged([1] * 3, probe=TLS, values=[20, 20, 90])
    assert renewed.alarms[-1].event.state == "resolved"
    assert renewed.firing == ()


def test_metrics_are_what_scrapers_read_whatever_the_names() -> None:
    odd = replace(PROBE, technology='a"b\\c\nd', name="表")
    text = openmetrics([judged([1, 0, 0, 0], probe=odd), judged([1], probe=TLS, values=[3.5]), judged([])])
    read = text_string_to_metric_families(text)  # type: ignore[no-untyped-call]
    families = {family.name: family.samples for family in read}
    assert families["ronghe_technology_status"][1].labels == {
        "technology": 'a"b\\c\nd',
        "probe": "表",
        "status": "up",
    }
    firing = {
        (s.labels["probe"], s.labels["rule"], s.labels["severity"]): s.value
        for s in families["ronghe_technology_alarm"]
    }
    assert firing["表", "unavailable", "red"] == 1
    assert firing["cert", "certificate", "red"] == 1
    assert firing["ocr", "unavailable", "red"] == 0
    assert [sample.value for sample in families["ronghe_technology_certificate_days"]] == [3.5]
