"""What is watched, what lies idle, and how far resources are shared."""

import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import yaml

from ronghe.resources.monitor.reclaim import Holding, reclaim
from ronghe.resources.monitor.rules import BUILT_IN, Rule, prometheus_rules
from ronghe.resources.monitor.sharing import ResourceLine, sharing_of_resources
from ronghe.resources.monitor.watch import Watched, openmetrics, watch
from ronghe.terms import InputError

HOUR = 3600


def watched(**columns: list[float]) -> Watched:
    count = len(next(iter(columns.values())))
    return Watched("health", "gpu", np.arange(count) * HOUR, {name: np.array(one) for name, one in columns.items()})


def firing(one: Watched) -> set[tuple[str, str]]:
    return {
        (alarm.rule, str(alarm.event.severity)) for alarm in watch([one], BUILT_IN) if alarm.event.state == "firing"
    }


def test_a_quota_near_its_end_is_yellow_then_red() -> None:
    assert firing(watched(used=[5, 8.5, 8.5], quota=[10.0] * 3)) == {("quota_near_end", "yellow")}
    found = firing(watched(used=[5, 9.5, 9.5], quota=[10.0] * 3))
    assert found == {("quota_near_end", "yellow"), ("quota_near_end", "red")}


def test_a_floor_is_not_honored_only_where_that_much_is_asked_for() -> None:
    assert firing(watched(used=[5, 5, 5.0], floor=[8.0] * 3, demand=[9.0] * 3)) == {("floor_not_honored", "red")}
    assert firing(watched(used=[5, 5, 5.0], floor=[8.0] * 3, demand=[5.0] * 3)) == set()
    assert firing(watched(used=[0, 0, 0.0], floor=[0.0] * 3, demand=[5.0] * 3)) == set()


def test_waiting_idleness_and_double_booking() -> None:
    assert ("starvation", "red") in firing(watched(waiting_hours=[1, 30, 80]))
    assert firing(watched(double_bookings=[0, 1, 0])) == {("double_booking", "red")}
    assert ("idle_reserve", "yellow") in firing(watched(used=[1.0] * 30, quota=[10.0] * 30))


def test_a_shortfall_is_seen_before_it_comes() -> None:
    day = 5 + 6 * np.sin(np.arange(24) / 24 * 2 * np.pi)
    one = watched(used=np.tile(day, 20).tolist(), quota=[10.0] * 480)
    assert ("forecast_shortfall", "yellow") in firing(one)
    assert ("forecast_shortfall", "yellow") not in firing(watched(used=np.tile(day, 20).tolist(), quota=[20.0] * 480))


def test_keys_tell_troubles_apart_and_order_is_that_of_time() -> None:
    found = watch([watched(used=[5, 9.5, 9.5, 5], quota=[10.0] * 4)], BUILT_IN)
    assert {alarm.key for alarm in found} == {"quota_near_end/health/gpu"}
    assert [alarm.event.at for alarm in found] == sorted(alarm.event.at for alarm in found)


def test_prometheus_rules_are_yaml_with_an_alert_for_each_light() -> None:
    groups = yaml.safe_load(prometheus_rules(BUILT_IN))["groups"]
    rules = {rule["alert"]: rule for rule in groups[0]["rules"]}
    assert rules["QuotaNearEndRed"]["expr"] == "ronghe_resource_used / ronghe_resource_quota >= 0.9"
    assert rules["QuotaNearEndRed"]["for"] == "900s"
    assert rules["FloorNotHonoredRed"]["expr"].endswith("< 1")
    assert "{{ $labels.department }}" in rules["StarvationYellow"]["annotations"]["summary"]


ALERTS = """rule_files: [rules.yml]
evaluation_interval: 5m
tests:
  - interval: 5m
    input_series:
      - {series: 'ronghe_resource_used{department="health",resource="gpu"}', values: '70 76 76 76 76 50'}
      - {series: 'ronghe_resource_quota{department="health",resource="gpu"}', values: '80 80 80 80 80 80'}
    alert_rule_test:
      - {eval_time: 15m, alertname: QuotaNearEndRed, exp_alerts: []}
      - eval_time: 20m
        alertname: QuotaNearEndRed
        exp_alerts:
          - exp_labels: {severity: red, rule: quota_near_end, department: health, resource: gpu}
            exp_annotations: {summary: 'quota_near_end: health / gpu is at 0.95'}
      - {eval_time: 25m, alertname: QuotaNearEndRed, exp_alerts: []}
"""


@pytest.mark.promtool
def test_promtool_takes_the_rules_and_they_fire_as_ours_do(tmp_path: Path) -> None:
    own = Rule('odd"name\\', "used", "quota", yellow=0.5, red=1e-9, idle=True, hold=1)
    (tmp_path / "rules.yml").write_text(prometheus_rules([*BUILT_IN, own]), "utf-8")
    (tmp_path / "alerts.yml").write_text(ALERTS, "utf-8")
    for command in (["check", "rules", "rules.yml"], ["test", "rules", "alerts.yml"]):
        made = subprocess.run(
            ["promtool", *command], check=False, cwd=tmp_path, capture_output=True, text=True, timeout=60
        )
        assert made.returncode == 0, made.stdout + made.stderr


def test_openmetrics_are_read_by_prometheus_own_parser() -> None:
    parser = pytest.importorskip("prometheus_client.openmetrics.parser")
    one = watched(used=[5, 9.5, 9.5], quota=[10.0] * 3)
    odd = Watched('a"b\\c', "x\ny", one.times, one.columns)
    families = {
        family.name: family
        for family in parser.text_string_to_metric_families(openmetrics([one, odd], watch([one], BUILT_IN)))
    }
    assert families["ronghe_resource_used"].samples[0].value == 9.5
    assert families["ronghe_resource_used"].samples[1].labels["department"] == 'a"b\\c'
    assert {sample.labels["severity"]: sample.value for sample in families["ronghe_resource_alarm"].samples} == {
        "yellow": 1,
        "red": 1,
    }


def test_what_is_held_beyond_the_peak_could_be_lent_to_those_who_lack_it() -> None:
    found = reclaim([Holding("a", "gpu", 100, 40, 40), Holding("b", "gpu", 10, 10, 30), Holding("c", "cpu", 1, 1, 9)])
    assert [(one.department, one.keeps, one.lends, one.borrowers) for one in found] == [("a", 48, 52, (("b", 20),))]


def line(department: str = "a", /, **given: int) -> ResourceLine:
    fields = {"annual_cost": 100, "capacity": 1000, "used_by_others": 200, "idle": 300, "bookable": 150}
    fields |= {"requests": 10, "granted": 8, "honored": 6, **given}
    return ResourceLine(department, "room", *fields.values())


def test_the_sharing_of_a_department_follows_the_formula() -> None:
    (one,) = sharing_of_resources([line()])
    granting = (8 + 5 * Fraction(8, 10)) / (10 + 5)
    assert one.granting == granting
    assert one.share == Fraction(100 * 200 + 100 * 150 * granting, 100 * 500) * Fraction(6, 8)
    assert one.held == 100_000


def test_nothing_used_and_nothing_idle_has_no_share_and_own_use_does_not_count() -> None:
    found = sharing_of_resources([line(used_by_others=0, idle=0, bookable=0), line("b")])
    assert found[0].share is None
    assert found[1].share == sharing_of_resources([line(), line("b", capacity=5000)])[1].share


def test_splitting_a_resource_leaves_the_share_unchanged() -> None:
    whole = sharing_of_resources([line()])[0]
    halves = [line(capacity=500, used_by_others=100, idle=150, bookable=75, requests=5, granted=4, honored=3)] * 2
    split = sharing_of_resources([halves[0], ResourceLine("a", "room 2", *[*vars_of(halves[1])][2:])])[0]
    assert (split.share, split.held) == (whole.share, whole.held)


def vars_of(one: ResourceLine) -> list[int]:
    return [getattr(one, name) for name in ResourceLine.__slots__]


@pytest.mark.parametrize("given", [{"idle": 900}, {"bookable": 301}, {"granted": 11}, {"honored": 9}, {"idle": -1}])
def test_a_part_larger_than_its_whole_is_told(given: dict[str, int]) -> None:
    with pytest.raises(InputError, match="impossible_hours"):
        sharing_of_resources([line(**given)])


def test_a_resource_stands_once() -> None:
    with pytest.raises(InputError, match="hours_twice"):
        sharing_of_resources([line(), line()])
