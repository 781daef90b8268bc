"""Alarm states, anomalies, forecasts, and series that came in disorder."""

import numpy as np
import pytest

from ronghe.signals import Series, Severity, State, Threshold, alarms, anomalies, forecast, tidy

MINUTE = 60


def series(*values: float, times: list[int] | None = None) -> Series:
    at = np.array(times if times is not None else [place * MINUTE for place in range(len(values))], np.int64)
    return tidy(at, np.array(values, float)).series


def states(found: Series, threshold: Threshold) -> list[tuple[str, int]]:
    return [(str(event.state), event.at // MINUTE) for event in alarms(found, threshold)]


def test_an_alarm_is_pending_then_fires_then_is_resolved() -> None:
    rule = Threshold(Severity.RED, 0.9, hold=2 * MINUTE)
    assert states(series(0.5, 0.95, 0.95, 0.95, 0.5), rule) == [("pending", 1), ("firing", 3), ("resolved", 4)]


def test_what_does_not_last_never_fires() -> None:
    rule = Threshold(Severity.RED, 0.9, hold=2 * MINUTE)
    assert states(series(0.5, 0.95, 0.95, 0.5), rule) == [("pending", 1), ("resolved", 3)]
    assert states(series(0.5, 0.5), rule) == []
    assert alarms(series(), rule) == []


def test_hysteresis_keeps_a_flickering_value_one_alarm() -> None:
    values = (0.5, 0.91, 0.88, 0.91, 0.5)
    assert len(states(series(*values), Threshold(Severity.RED, 0.9))) == 6
    assert states(series(*values), Threshold(Severity.RED, 0.9, hysteresis=0.05)) == [
        ("pending", 1),
        ("firing", 1),
        ("resolved", 4),
    ]


def test_within_the_cool_down_it_does_not_fire_again_but_lasting_trouble_does() -> None:
    values = (1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0)
    rule = Threshold(Severity.RED, 0.9, cooldown=3 * MINUTE)
    assert [at for state, at in states(series(*values), rule) if state == "firing"] == [0, 5]
    lasting = (1.0, 0.0, 1.0, 1.0, 1.0, 1.0)
    assert [at for state, at in states(series(*lasting), rule) if state == "firing"] == [0, 4]


def test_below_is_the_other_way_round_and_an_open_alarm_stays_open() -> None:
    rule = Threshold(Severity.YELLOW, 1.0, below=True)
    assert states(series(2, 1, 0.5), rule) == [("pending", 2), ("firing", 2)]


def test_a_gap_ends_a_duration() -> None:
    times = [0, 60, 120, 6000, 6060]
    rule = Threshold(Severity.RED, 0.9, hold=1000)
    assert [state for state, _ in states(series(*[1.0] * 5, times=times), rule)] == ["pending", "resolved", "pending"]


def test_repeated_and_late_points_and_no_numbers_are_put_in_order_and_counted() -> None:
    made = tidy(np.array([0, 120, 60, 60, 180, 240, 900]), np.array([1, 3, 2, 9, np.nan, 5, 6.0]))
    assert made.series.times.tolist() == [0, 60, 120, 240, 900]
    assert made.series.values.tolist() == [1, 9, 3, 5, 6]
    assert (made.repeated, made.late, made.missing, made.gaps) == (1, 1, 1, 1)
    assert tidy(np.zeros(0, np.int64), np.zeros(0)).series.step == 0


def test_a_peak_a_shift_and_a_stop_are_found_in_any_unit() -> None:
    rng = np.random.default_rng(3)
    day = np.tile(np.sin(np.arange(288) / 288 * 2 * np.pi), 10) * 10 + 50 + rng.normal(size=2880)
    peak, stop = day.copy(), day.copy()
    peak[2100] = 120
    stop[2100:2600] = 50
    for unit in (1.0, 1e-6, 1e6):
        assert 2100 in anomalies(peak * unit + 7 * unit).tolist()
        assert any(2100 <= place < 2600 for place in anomalies(stop * unit).tolist())
    assert len(anomalies(day)) <= 3
    assert anomalies(np.full(1000, 5.0)).tolist() == []
    assert anomalies(np.zeros(0)).tolist() == []


def test_an_anomaly_is_judged_by_the_past_alone() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(size=2000).cumsum()
    whole = anomalies(values)
    for cut in (500, 1000, 1500):
        assert anomalies(values[:cut]).tolist() == whole[whole < cut].tolist()


def test_a_forecast_repeats_a_rhythm_and_its_interval_holds_it() -> None:
    rng = np.random.default_rng(5)
    hours = np.arange(24 * 28)
    values = (
        100
        + 30 * np.sin(hours * 2 * np.pi / 24)
        + np.where(hours // 24 % 7 < 5, 20, 0)
        + rng.normal(size=len(hours)) * 3
    )
    made = forecast(values[:-24], horizon=24)
    assert np.abs(made.values - values[-24:]).mean() < 6
    assert (made.low <= made.values).all()
    assert (made.values <= made.high).all()
    assert ((values[-24:] >= made.low) & (values[-24:] <= made.high)).mean() >= 0.8


def test_a_level_that_moved_yesterday_is_seen_today() -> None:
    rng = np.random.default_rng(2)
    hours = np.arange(24 * 14)
    moved = 20 + 5 * np.sin(hours * 2 * np.pi / 24) + rng.normal(size=len(hours)) + np.where(hours >= 24 * 12, 60, 0)
    past, truth = moved[:-24], moved[-24:]
    error = np.abs(forecast(past, horizon=24).values - truth).mean()
    assert error < 6
    assert error < np.abs(past[-168:-144] - truth).mean() / 10


def test_no_forecast_is_much_worse_than_the_better_naive_one() -> None:
    hours = np.arange(24 * 7 * 5)
    day = 5 * np.sin(hours * 2 * np.pi / 24)
    rng = np.random.default_rng(4)
    noise = rng.normal(size=len(hours))
    peaks = np.where(rng.random(len(hours)) < 0.04, 30.0, 0.0)
    for name, values in {
        "noise": noise,
        "day": day + noise,
        "week": day + noise + np.where(hours // 24 % 7 < 5, 20, 0),
        "walk": noise.cumsum(),
        "peaks": peaks + noise / 10,
    }.items():
        ours, naive = [], []
        for origin in range(len(values) - 96, len(values) - 23, 24):
            past, truth = values[:origin], values[origin : origin + 24]
            ours.append(np.abs(forecast(past, horizon=24).values - truth).mean())
            naive.append([np.abs(past[-back : 24 - back or None] - truth).mean() for back in (24, 168)])
        assert np.mean(ours) <= 1.1 * np.mean(naive, axis=0).min(), name


def test_an_interval_of_few_errors_is_wider() -> None:
    rng = np.random.default_rng(6)
    values = rng.normal(size=24 * 60)

    def width(days: int) -> float:
        made = forecast(values[-24 * days :], horizon=24)
        return float((made.high - made.low).mean())

    assert width(60) < width(12)
    assert 2.6 < width(60) < 4.6  # 90% of normal errors lie within 3.3


def test_a_level_series_is_forecast_as_level_and_a_short_one_is_refused() -> None:
    assert forecast(np.full(100, 4.0), horizon=10).values.tolist() == pytest.approx([4.0] * 10)
    assert len(forecast(np.arange(48.0), horizon=24).values) == 24
    with pytest.raises(ValueError, match="two seasons"):
        forecast(np.arange(47.0), horizon=24)


def test_states_are_words() -> None:
    assert [str(state) for state in State] == ["pending", "firing", "resolved"]
