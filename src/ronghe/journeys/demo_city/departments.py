"""Which files the demo city has, whose they are, how large, and in which form each department exports."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ronghe.journeys.demo_city.layout import Delimited, as_delimited, as_excel, as_excel_with_title, as_json_lines
from ronghe.journeys.demo_city.places import CITY
from ronghe.journeys.demo_city.registers_of_care import disability_cards, health_visits, pupils, vaccinations
from ronghe.journeys.demo_city.registers_of_companies import enterprises, inspections, permits, tax_returns
from ronghe.journeys.demo_city.registers_of_people import (
    licences,
    low_income,
    marriages,
    population,
    property_titles,
    social_security,
    vehicles,
)
from ronghe.journeys.demo_city.sheet import Sheet
from ronghe.journeys.demo_city.world import World

__all__ = ["DEPARTMENTS", "REGISTERS", "Register"]

DEPARTMENTS: Mapping[str, str] = MappingProxyType(
    {
        "population": f"{CITY}公安局",
        "civil_affairs": f"{CITY}民政局",
        "enterprises": f"{CITY}市场监督管理局",
        "tax": f"{CITY}税务局",
        "property": f"{CITY}自然资源和规划局",
        "social_security": f"{CITY}人力资源和社会保障局",
        "disability": f"{CITY}残疾人联合会",
        "schools": f"{CITY}教育局",
        "health": f"{CITY}卫生健康委员会",
        "transport": f"{CITY}交通运输局",
        "permits": f"{CITY}行政审批局",
        "inspections": f"{CITY}应急管理局",
    }
)
"""Code and name of the twelve departments."""

_COMMA = as_delimited(Delimited())
_RAGGED = MappingProxyType({"ragged_short": 0.0005, "ragged_long": 0.0005})
_ONE_BROKEN_QUOTE = MappingProxyType({"broken_quote": 0.0})
_DISABILITY_GROUPS = ("", "", "", "", "残疾", "残疾", "", "监护人", "监护人")


@dataclass(frozen=True, slots=True)
class Register:
    """One file: `percent` of all rows of the city, drafted by `draft`, written by `write`.

    `malformed`: shares of records that break the form, at least one of each kind named.
    """

    file: str
    department: str
    percent: int
    draft: Callable[[Sheet, World], None]
    write: Callable[[Sheet], bytes] = _COMMA
    malformed: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


REGISTERS = (
    Register("01_population_residents.csv", "population", 29, population, malformed=_RAGGED),
    Register("02_civil_affairs_marriages.csv", "civil_affairs", 6, marriages),
    Register("02_civil_affairs_low_income.csv", "civil_affairs", 2, low_income),
    Register(
        "03_enterprises_legal_persons.csv",
        "enterprises",
        8,
        enterprises,
        as_delimited(Delimited(encoding="gb18030", line_end="\r\n")),
    ),
    Register(
        "04_tax_returns.csv", "tax", 11, tax_returns, as_delimited(Delimited(delimiter=";", encoding="utf-8-sig"))
    ),
    Register("05_property_titles.csv", "property", 9, property_titles, malformed=_ONE_BROKEN_QUOTE),
    Register("06_social_security_insured.csv", "social_security", 12, social_security),
    Register(
        "07_disability_cards.xlsx",
        "disability",
        2,
        disability_cards,
        as_excel_with_title(f"{CITY}持证残疾人名册", _DISABILITY_GROUPS),
    ),
    Register("08_schools_pupils.xlsx", "schools", 3, pupils, as_excel),
    Register("09_health_visits.tsv", "health", 6, health_visits, as_delimited(Delimited(delimiter="\t"))),
    Register("09_health_vaccinations.jsonl", "health", 3, vaccinations, as_json_lines),
    Register("10_transport_vehicles.csv", "transport", 3, vehicles, malformed=_RAGGED),
    Register("10_transport_licences.csv", "transport", 2, licences),
    Register("11_permits_granted.csv", "permits", 2, permits),
    Register("12_inspections_findings.csv", "inspections", 2, inspections),
)
