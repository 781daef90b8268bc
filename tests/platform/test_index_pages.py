"""The pages of the sharing index: what each role sees, what it may do, and that nobody sees more than elsewhere."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from ronghe.messages import render
from ronghe.platform.access.models import Person
from ronghe.platform.access.roles import Role
from ronghe.platform.audit.models import Entry
from ronghe.platform.catalogue.inventory import list_inventory
from ronghe.platform.clock import now
from ronghe.platform.ids import new_id
from ronghe.platform.index import queries
from ronghe.platform.index.models import Share
from ronghe.platform.jobs.immediate import InProcess
from ronghe.platform.jobs.models import Job
from ronghe.platform.kinds.data.models import Read
from ronghe.platform.requests.models import Grant, Ruling
from tests.platform.conftest import START, City
from tests.platform.programs import program_of
from tests.platform.towns import DAY, YEAR_END, Town

pytestmark = pytest.mark.django_db


def reader(city: City, name: str, *roles: Role, department: str = "civil") -> Client:
    if not city.known(name):
        city.person(name, getattr(city, department), *roles)
    browser = Client()
    browser.force_login(Person.objects.get(username=name))
    return browser


def page(browser: Client, path: str, lang: str = "zh") -> str:
    browser.cookies["lang"] = lang
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


@pytest.fixture
def told(town: Town) -> Town:
    """Two degrees of a city in which tax used something of civil affairs."""
    version = town.shared()
    town.delivered(town.asked(version), START + DAY)
    things = [{"name": version.name, "items": 3}, {"name": "秘密台账", "items": 2}]
    by = town.city.actor("提供 MZJ", town.city.civil)
    list_inventory(by=by, at=START, department=town.city.civil, found=things, system="内网系统")
    town.degree(YEAR_END - 30 * DAY)
    town.degree()
    return town


def test_before_the_first_degree_the_page_says_what_to_do(town: Town) -> None:
    town.shared()
    for lang, words in (("zh", "尚无共享度"), ("en", "No sharing degree yet")):
        assert words in page(reader(town.city, "甲", Role.OFFERER), "/index", lang)
    InProcess(lambda: YEAR_END).tick("index.compute")
    assert render("sharing_index.no_requests", "zh") in page(reader(town.city, "甲"), "/index")


def test_everybody_with_a_role_sees_the_city_with_interval_and_factors(told: Town) -> None:
    for lang in ("zh", "en"):
        seen = page(reader(told.city, "乙", Role.ASKER, department="health"), "/index", lang)
        assert "60.0%" in seen
        assert not re.findall(r"platform\.\w+", seen)
        # Every chart has a table with the same figures.
        assert len(re.findall("data-chart=", seen)) == len(re.findall("<details><summary>", seen)) == 1
    assert "60.0%" in page(reader(told.city, "乙"), "/")


def test_nobody_without_a_role_sees_anything(told: Town) -> None:
    key = Share.objects.first().department_id  # type: ignore[union-attr]
    browser = reader(told.city, "无角色")
    for path in ("/index", "/index/flows", f"/index/of/{key}"):
        assert browser.get(path).status_code == 404
        assert Client().get(path).status_code == 302


def test_the_rows_behind_a_share_pass_the_rule_of_who_sees_what(told: Town) -> None:
    path = f"/index/of/{told.city.civil.pk}"
    own = page(reader(told.city, "提供 MZJ"), path)
    assert "内网系统" in own
    assert "婚姻登记信息1" in own
    stranger = page(reader(told.city, "丙", Role.ASKER, department="health"), path)
    assert "婚姻登记信息1" in stranger
    assert "内网系统" not in stranger
    assert "核验" not in stranger
    assert "另有 2 条记录计入" in stranger
    bureau = page(reader(told.city, "统筹"), path)
    assert "内网系统" in bureau
    assert "核验" in bureau
    assert not re.findall(r"platform\.\w+", page(reader(told.city, "统筹"), path, "en"))


def test_flows_are_those_that_one_may_see(told: Town) -> None:
    assert "民政局" in page(reader(told.city, "统筹"), "/index/flows")
    assert "民政局" in page(reader(told.city, "申请人"), "/index/flows")
    assert "尚无部门使用" in page(reader(told.city, "丙", Role.ASKER, department="health"), "/index/flows")


def test_threat_44_a_flow_of_two_others_is_in_no_cell_and_in_no_total(told: Town) -> None:
    grant = Grant.objects.get()
    for rows in (3, 70):
        Read.objects.create(grant=grant, channel="rows", person=grant.pk, at=now() - DAY, rows=rows)
    party, stranger = reader(told.city, "申请人"), reader(told.city, "丙", Role.ASKER, department="health")
    assert ">73<" in page(party, "/index/flows")
    shown = page(stranger, "/index/flows")
    for word in ("民政局", "税务局", ">73<", ">3<", "data-chart"):
        assert word not in shown


def test_threat_44_a_share_that_is_not_printed_is_in_no_factor_and_in_no_total(told: Town) -> None:
    health = told.mounted(told.city.published(told.city.health, update_period="once"))
    by = told.city.actor("提供 WJW", told.city.health)
    things = [{"name": health.name, "items": 3}, {"name": "病历库", "items": 9}]
    list_inventory(by=by, at=START, department=told.city.health, found=things)
    told.degree(YEAR_END + DAY)
    kept = queries.told("data")
    assert kept is not None
    (hidden,) = kept["left_out"]
    assert {name: hidden[name] for name in ("share", "low", "high", "exact", "factors")} == {
        "share": None,
        "low": None,
        "high": None,
        "exact": "",
        "factors": {},
    }
    # Nor is it what is left when the others are taken from the city's.
    (other,) = kept["groups"][0]
    assert kept["value"] == pytest.approx(other["share"])
    browser = reader(told.city, "丙", Role.ASKER, department="tax")
    row = page(browser, "/index").split("卫健委", 1)[1].split("</tr>")[0]
    assert re.findall(r"[\d.]+%", row) == ["25.0%"]  # the coverage
    shown = ["由哪些因素构成" in page(browser, f"/index/of/{one.pk}") for one in (told.city.civil, told.city.health)]
    assert shown == [True, False]


def test_only_the_coordinator_has_it_computed_and_sees_how_far_it_is(told: Town) -> None:
    assert reader(told.city, "申请人").post("/index/now").status_code == 403
    browser = reader(told.city, "统筹")
    answer = browser.post("/index/now")
    assert answer.status_code == 302
    job = Job.objects.get(name="index.compute")
    assert f"asked={job.pk}" in answer["Location"]
    part = page(browser, f"/index/progress/{job.pk}")
    assert "hx-get" in part
    InProcess(lambda: YEAR_END + DAY).run_waiting()
    assert "hx-get" not in page(browser, f"/index/progress/{job.pk}")
    assert reader(told.city, "申请人").get(f"/index/progress/{job.pk}").status_code == 404
    assert browser.get("/index/progress/none").status_code == 404
    assert Entry.objects.filter(action="index.asked", person="统筹").exists()


def test_the_coordinator_rules_on_a_refusal_from_its_page(town: Town) -> None:
    refused = town.refused(town.asked(town.shared()), START + DAY)
    browser = reader(town.city, "统筹")
    assert "审查这次拒绝" in page(browser, f"/requests/{refused.pk}")
    assert "审查这次拒绝" not in page(reader(town.city, "审批人"), f"/requests/{refused.pk}")
    answer = browser.post(f"/requests/{refused.pk}/rule", {"confirmed": "yes", "text": "条件已公布"})
    assert answer.status_code == 302
    assert Ruling.objects.get().confirmed
    assert "主管部门确认" in page(browser, f"/requests/{refused.pk}")
    assert "审查这次拒绝" not in page(browser, f"/requests/{refused.pk}")


def test_departments_whose_intervals_overlap_are_one_group(told: Town) -> None:
    degree = told.degree(YEAR_END + timedelta(hours=1))

    def one(low: float, high: float) -> Share:
        return Share(degree=degree, department=told.city.health, low=low, high=high, share=(low + high) / 2)

    found = queries.groups([one(0.1, 0.3), one(0.7, 0.9), one(0.25, 0.4), one(0.85, 0.95)])
    assert [sorted(share.low or 0 for share in group) for group in found] == [[0.7, 0.85], [0.1, 0.25]]


def test_a_trend_goes_back_a_year_and_no_further(told: Town) -> None:
    share = Share.objects.select_related("degree").filter(department=told.city.civil).latest("degree__at")
    before, last = len(queries.trend("data")), share.degree.at
    for days in (364, 365, 400):
        at = last - days * DAY
        share.degree.pk, share.degree.at, share.degree.day = new_id(), at, at.date()
        share.degree.save(force_insert=True)
        share.pk, share.degree = new_id(), share.degree
        share.save(force_insert=True)
    assert [len(queries.trend("data")), len(queries.history("data", told.city.civil))] == [before + 1] * 2


def test_the_factors_of_the_city_give_its_degree(told: Town) -> None:
    degree = told.degree(YEAR_END + timedelta(hours=1))
    product = 1.0
    for _, rate in queries.city_rates(list(degree.shares.all())):
        product *= rate
    assert product == pytest.approx(degree.value)


def test_programs_read_the_index_down_to_its_rows_and_see_no_more_than_the_pages(told: Town) -> None:
    asker = program_of("申请人")
    city = asker.get("/index")
    degree = queries.latest("data")
    assert degree is not None
    assert (city["exact"], city["size"], city["inputs"]) == (degree.exact, degree.size, degree.inputs)
    (row,) = city["groups"][0]
    assert row["department"]["code"] == "MZJ"
    assert [point["value"] for point in asker.get("/index/trend")["points"]][-1] == city["value"]
    one = asker.get("/index/departments/MZJ")
    assert (one["share"], len(one["points"])) == (row["share"], 2)
    assert (one["at"], one["factors"]) == (city["at"], row["factors"])
    behind = asker.get("/index/departments/MZJ/rows")
    assert [(row["about"], row["counts"].get("declared")) for row in behind["rows"]] == [
        ("entry", 3),
        ("request", None),
    ]
    assert "秘密台账" not in str(behind)
    # Everything that its department sees is what the asker sees and what is hidden from them.
    offerer = program_of("提供 MZJ")
    first = offerer.get("/index/departments/MZJ/rows", limit=1)
    rest = offerer.get("/index/departments/MZJ/rows", limit=100, cursor=first["next"])
    seen = [*first["rows"], *rest["rows"]]
    assert "inventory" in [row["about"] for row in seen]
    assert rest["next"] is None
    assert len(seen) + rest["hidden"] == len(behind["rows"]) + behind["hidden"]
    assert asker.told("GET", f"/index/flows?cursor={first['next']}", status=422)["code"] == "api.cursor_bad"
    (flow,) = asker.get("/index/flows")["rows"]
    assert (flow["owner"], flow["consumer"], flow["grants"]) == ("民政局", "税务局", 1)
    told.city.person("丙", told.city.health, Role.ASKER)
    assert program_of("丙").get("/index/flows")["rows"] == []
    for path in ("/index?kind=x", "/index/departments/XXX", "/index/departments/SJJ/rows"):
        assert asker.call("GET", path).status_code == 404


def test_a_program_of_the_coordinator_has_the_index_computed(told: Town) -> None:
    bureau = program_of("统筹")
    made = bureau.post("/index/compute", {}, 202)
    assert bureau.get(f"/index/compute/{made['job']}")["state"] == "waiting"
    InProcess(lambda: YEAR_END + DAY).run_waiting()
    assert bureau.get(f"/index/compute/{made['job']}")["state"] == "done"
    assert bureau.get("/index")["at"].startswith((YEAR_END + DAY).isoformat()[:19])
    assert program_of("申请人").call("GET", f"/index/compute/{made['job']}").status_code == 404
    other = Job.objects.create(name="clocks", key="x", made=START)
    assert bureau.call("GET", f"/index/compute/{other.pk}").status_code == 404


def test_a_program_of_the_coordinator_rules_once_on_a_refusal(town: Town) -> None:
    refused = town.refused(town.asked(town.shared()), START + DAY)
    bureau = program_of("统筹")
    shown = bureau.get(f"/requests/{refused.pk}")
    assert (shown["ruling"], shown["clauses"]) == (None, ["仅限办理行政给付"])
    ruled = bureau.post(f"/requests/{refused.pk}/rule", {"confirmed": True, "text": "条件已公布"})
    assert (ruled["ruling"]["confirmed"], ruled["ruling"]["by"]) == (True, "统筹")
    again = bureau.told("POST", f"/requests/{refused.pk}/rule", {"confirmed": False, "text": "不"}, 409)
    assert again["code"] == "platform.ruled_before"
