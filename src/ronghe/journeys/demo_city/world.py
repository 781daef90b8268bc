"""The one truth behind all departments' files: people, companies, and the day on which it is told."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ronghe.journeys.demo_city.codelists import ETHNIC, INDUSTRIES
from ronghe.journeys.demo_city.columns_of_text import Ints, Mask, days_as_text, joined, numbers, taken
from ronghe.journeys.demo_city.firms import Companies, found_companies
from ronghe.journeys.demo_city.residents import People, settle_people

__all__ = ["World", "entities", "facts_of_companies", "facts_of_people", "make_world", "sex_codes"]

Days = NDArray[np.datetime64]

PEOPLE_PER_ROW = 0.33
COMPANIES_PER_ROW = 0.085


@dataclass(frozen=True, slots=True)
class World:
    """People and companies as of `today`."""

    people: People
    companies: Companies
    today: date

    def years_ago(self, years: int, count: int) -> Days:
        """The same day, so many years before today, `count` times."""
        return np.full(count, np.datetime64(self.today, "D") - years * 365)

    def day_between(self, rng: np.random.Generator, start: Days) -> Days:
        """A day from each start up to but without today; today's eve where the start lies later."""
        end = np.datetime64(self.today, "D") - 1
        room = np.maximum((end - start).astype(np.int64), 0)
        drawn: Days = end - (rng.random(len(start)) * (room + 1)).astype(np.int64)
        return drawn


def sex_codes(male: Mask) -> pa.Array:
    """GB/T 2261.1."""
    return pa.array(np.where(male, "1", "2"))


def make_world(seed: int, rows: int, today: date) -> World:
    """The city that `rows` records are told about."""
    rng = np.random.default_rng([seed, 0])
    people_count, company_count = round(rows * PEOPLE_PER_ROW), round(rows * COMPANIES_PER_ROW)
    people = settle_people(rng, people_count, company_count, today)
    return World(people, found_companies(rng, company_count, people_count, today), today)


def entities(letter: str, members: Ints) -> pa.Array:
    """The id of each person (P) or company (C) in the truth."""
    return joined(letter, numbers(members + 1, 8))


def facts_of_people(world: World) -> pa.Table:
    """What is true of each person, whoever knows it: dates as text, codes of the standards."""
    people = world.people
    return pa.table(
        {
            "entity": entities("P", np.arange(len(people.age))),
            "citizen_id": people.id,
            "name": people.name,
            "sex": sex_codes(people.male),
            "birth_date": days_as_text(people.birth),
            "ethnic_group": taken([code for code, _ in ETHNIC], people.ethnic),
            "phone": people.phone,
        }
    )


def facts_of_companies(world: World) -> pa.Table:
    """What is true of each company."""
    firms = world.companies
    return pa.table(
        {
            "entity": entities("C", np.arange(len(firms.industry))),
            "credit_code": firms.code,
            "name": firms.name,
            "industry": taken([code for code, _, _ in INDUSTRIES], firms.industry),
        }
    )
