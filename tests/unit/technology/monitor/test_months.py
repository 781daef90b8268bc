"""Simulated months of a service with an objective of 99.9%, probed each minute with jitter."""

import numpy as np
import pytest
from numpy.typing import NDArray

from ronghe.technology.monitor.probes import Probe
from ronghe.technology.monitor.standing import Alarm, Results, judge
from ronghe.technology.monitor.status import Status
from ronghe.technology.monitor.timetable import first_due, next_due

DAY = 86_400
PROBE = Probe("ocr", "http", "ocr.example", 443)


def turns(days: int) -> NDArray[np.float64]:
    found = [first_due(PROBE.name, PROBE.interval, 0.0)]
    while found[-1] < days * DAY:
        found.append(next_due(PROBE.name, PROBE.interval, len(found), found[-1], found[-1]))
    return np.array(found)


TURNS = turns(30)


def alarmed(failed: NDArray[np.bool_]) -> tuple[list[Alarm], Status]:
    """The alarms that fire; a probe that fails does so by its timeout."""
    times = np.round(TURNS + np.where(failed, PROBE.timeout, 0.1)).astype(np.int64)
    nothing = np.full(len(times), np.nan)
    made = judge(PROBE, Results(times, ~failed, nothing, nothing), int(times[-1]))
    return [alarm for alarm in made.alarms if alarm.event.state == "firing"], made.status


def test_an_outage_is_paged_within_five_minutes_once_and_is_over_after_half_an_hour() -> None:
    rng = np.random.default_rng(1)
    for begins in rng.uniform(DAY, 28 * DAY, 40):
        ends = begins + rng.uniform(300, 4 * 3600)
        (page,), status = alarmed((begins <= TURNS) & (ends > TURNS))
        assert (page.rule, page.event.severity) == ("unavailable", "red")
        assert page.event.at - begins <= 300
        assert status is Status.UP


def test_chance_errors_of_one_in_two_thousand_page_at_most_once_in_thirty_days() -> None:
    rng = np.random.default_rng(2)
    pages = [
        sum(alarm.rule == "unavailable" for alarm in alarmed(rng.random(len(TURNS)) < 0.0005)[0]) for _ in range(40)
    ]
    assert max(pages) <= 1
    assert sum(pages) <= 4


@pytest.mark.parametrize("period", [2, 3, 4, 6, 8, 20, 40])
@pytest.mark.parametrize("stops", [False, True])
def test_a_flap_of_any_period_raises_one_alarm(period: int, *, stops: bool) -> None:
    places = np.arange(len(TURNS))
    flaps = (TURNS > 10 * DAY) & ((TURNS < 12 * DAY) | (not stops))
    found, status = alarmed(flaps & (places % period < max(period // 2, 1)))
    assert [alarm.rule for alarm in found] == ["unavailable"]
    assert stops is (status is Status.UP) or period > 8


def test_a_slow_burn_is_a_ticket_and_no_page() -> None:
    places = np.arange(len(TURNS))
    found, _ = alarmed((TURNS > 20 * DAY) & (places % 300 == 0))
    assert [(alarm.rule, alarm.event.severity) for alarm in found] == [("budget", "yellow")]


def test_a_second_outage_after_the_first_is_over_is_paged_as_soon() -> None:
    first, second = (TURNS > DAY) & (TURNS < DAY + 900), (TURNS > DAY + 4_500) & (TURNS < DAY + 5_400)
    found, _ = alarmed(first | second)
    assert [alarm.rule for alarm in found] == ["unavailable", "unavailable"]
    assert found[1].event.at - (DAY + 4_500) <= 300
