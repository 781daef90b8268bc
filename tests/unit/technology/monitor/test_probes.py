"""What a file of probes may say, and what a mistake in it costs: the one probe, or all of them."""

from typing import Any

import pytest

from ronghe.technology.monitor.pointers import Wanted, parse_wanted
from ronghe.technology.monitor.probes import Plan, Probe, parse_plan
from ronghe.terms import InputError

GOOD: dict[str, Any] = {"name": "ocr", "kind": "http", "url": "https://ocr.gov.cn/health?x=1"}


def plan(*probes: Any, **more: Any) -> Plan:
    return parse_plan({"probes": list(probes), **more}, where="probes.toml")


def only(given: dict[str, Any], **more: Any) -> Probe:
    made = plan({**GOOD, **given}, **more)
    assert made.faults == ()
    return made.probes[0]


def test_a_url_becomes_host_port_and_target() -> None:
    made = only({})
    assert (made.host, made.port, made.secure, made.target) == ("ocr.gov.cn", 443, True, "/health?x=1")
    assert made.technology == "ocr"
    assert only({"url": "http://[fd00::1]:8080"}).host == "fd00::1"
    assert only({"url": "http://政务.cn/"}).host == "xn--zfr164b.cn"


def test_defaults_hold_where_a_probe_says_nothing() -> None:
    made = plan(GOOD, {**GOOD, "name": "b", "down_after": 5}, defaults={"down_after": 2, "timeout_seconds": 3})
    assert [(one.down_after, one.timeout) for one in made.probes] == [(2, 3.0), (5, 3.0)]


@pytest.mark.parametrize(
    "bad",
    [
        {"kind": "ftp"},
        {"kind": ["http"]},
        {"name": ""},
        {"name": "a\tb"},
        {"name": 3},
        {"url": "ftp://a/"},
        {"url": "https://u:p@a.cn/"},
        {"url": "https://a.cn/#x"},
        {"url": "https://a.cn:99999/"},
        {"url": "https://a b.cn/"},
        {"url": "https://a.cn/\r\nX: y"},
        {"url": "https://a.cn/表"},
        {"url": 5},
        {"uri": "https://a.cn"},
        {"status": []},
        {"status": "200"},
        {"status": [True]},
        {"method": "POST"},
        {"interval_seconds": 0},
        {"interval_seconds": float("nan")},
        {"interval_seconds": float("inf")},
        {"timeout_seconds": 61},
        {"down_after": 2.5},
        {"down_after": True},
        {"slo": 1},
        {"slo": "99.9"},
        {"bearer_env": "A B"},
        {"bearer_env": "TOKEN", "url": "http://a.cn/"},
        {"json": [{"pointer": "/a"}]},
        {"page_days": 3},
        {"kind": "json"},
        {"kind": "json", "json": [{"pointer": "a"}]},
        {"kind": "json", "json": [{"pointer": "/a", "equals": 1, "most": 2}]},
        {"kind": "json", "json": [{"pointer": "/a", "least": 3, "most": 2}]},
        {"kind": "json", "json": [{"pointer": "/a", "equals": [1]}]},
    ],
)
def test_a_mistake_costs_one_probe_and_no_other(bad: dict[str, Any]) -> None:
    made = plan({**GOOD, **bad}, {**GOOD, "name": "fine"})
    assert [one.name for one in made.probes] == ["fine"]
    assert [one.place.split()[0] for one in made.faults] == ["1"]


@pytest.mark.parametrize("odd", ["text", 5, None, [GOOD]])
def test_a_probe_that_is_no_table_is_a_fault(odd: object) -> None:
    assert len(plan(odd, GOOD).faults) == 1


def test_of_two_probes_of_one_name_the_second_is_a_fault() -> None:
    (fault,) = plan(GOOD, GOOD).faults
    assert fault.code == "technology.probe_twice"


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"probes": []},
        {"probes": {"a": 1}},
        {"probes": [GOOD], "probe": []},
        {"probes": [GOOD], "allowed": {"hosts": "a.cn"}},
        {"probes": [GOOD], "allowed": {"hosts": ["*"]}},
        {"probes": [GOOD], "allowed": {"networks": ["0.0.0.0/0"]}},
        {"probes": [GOOD], "allowed": {"network": []}},
        {"probes": [GOOD], "allowed": []},
        {"probes": [GOOD], "defaults": {"down_after": 0}},
        {"probes": [GOOD], "defaults": {"url": "x"}},
        {"probes": [GOOD], "history": {"keep_days": 1}},
        {"probes": [GOOD] * 5_001},
    ],
)
def test_a_mistake_in_what_holds_for_all_is_one_of_the_whole(document: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        parse_plan(document, where="probes.toml")


DOCUMENT = {"a/b": [{"up": True}, 5], "~": {"n": 0.5}, "s": "UP", "none": None}


@pytest.mark.parametrize(
    ("wanted", "met"),
    [
        (Wanted("/a~1b/0/up", True), True),
        (Wanted("/a~1b/0/up", 1), False),
        (Wanted("/a~1b/1", 5), True),
        (Wanted("/a~1b/1", 5.0), True),
        (Wanted("/a~1b/2", 5), False),
        (Wanted("/a~1b/-", 5), False),
        (Wanted("/~0/n", most=0.5), True),
        (Wanted("/~0/n", most=0.4), False),
        (Wanted("/s", most=1), False),
        (Wanted("/s", "UP"), True),
        (Wanted("/s", "up"), False),
        (Wanted("/none"), True),
        (Wanted("/none", "x"), False),
        (Wanted("/gone"), False),
        (Wanted(""), True),
        (Wanted("/s/0"), False),
    ],
)
def test_pointers(wanted: Wanted, *, met: bool) -> None:
    assert wanted.met(DOCUMENT) is met


def test_a_range_is_read_with_one_end() -> None:
    assert parse_wanted([{"pointer": "/q", "most": 3}])[0].met({"q": 3})
    assert not parse_wanted([{"pointer": "/q", "most": 3}])[0].met({"q": 4})
