"""The companies of the demo city, with the names that they had and the short names that others use."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ronghe.journeys.demo_city import names, places
from ronghe.journeys.demo_city.codelists import INDUSTRIES, INDUSTRY_WEIGHTS
from ronghe.journeys.demo_city.columns_of_text import Ints, joined, numbers, taken
from ronghe.journeys.demo_city.identifiers import credit_codes, organization_characters
from ronghe.journeys.demo_city.residents import dwelling, weighted

__all__ = ["Companies", "found_companies"]

FIRST_REGISTRATION = np.datetime64("1992-03-01", "D")
CODES_WITH_LETTERS_FROM = np.datetime64("2015-10-01", "D")
CODE_KINDS = (b"91", b"92", b"93", b"N2")
"""Enterprise, sole trader, farmers' cooperative, and the agricultural ones that packages reject."""
CODE_KIND_WEIGHTS = (86, 9, 4, 1)


@dataclass(frozen=True, slots=True)
class Companies:
    """Facts of each company; money in whole yuan, `region` indexes places.REGIONS, `owner` is a place among the people.

    `former` is null for those that never changed their name.
    """

    code: pa.Array
    name: pa.Array
    short: pa.Array
    former: pa.Array
    industry: Ints
    region: Ints
    street: pa.Array
    phone: pa.Array
    founded: NDArray[np.datetime64]
    capital: Ints
    employees: Ints
    turnover: Ints
    owner: Ints

    def region_codes(self, which: Ints) -> pa.Array:
        """Present district codes."""
        return taken([code for code, _, _ in places.REGIONS], self.region[which])

    def address(self, which: Ints) -> pa.Array:
        """City, district, street and number."""
        district = taken([name for _, name, _ in places.REGIONS], self.region[which])
        return joined(places.CITY, district, self.street.take(pa.array(which)))

    def loose_names(self, rng: np.random.Generator, which: Ints) -> pa.Array:
        """The company as another department knows it: 45% in full, 35% short, 20% by a former name if there is one."""
        place, way = pa.array(which), rng.random(len(which))
        full = self.name.take(place)
        former = pc.coalesce(self.former.take(place), full)
        return pc.if_else(pa.array(way < 0.45), full, pc.if_else(pa.array(way < 0.8), self.short.take(place), former))


def _brands(rng: np.random.Generator, count: int) -> pa.Array:
    one, two, three = (taken(names.BRANDS, rng.integers(0, len(names.BRANDS), count)) for _ in range(3))
    return joined(one, two, pc.if_else(pa.array(rng.random(count) < 0.6), three, ""))


def found_companies(rng: np.random.Generator, count: int, people_count: int, today: date) -> Companies:
    """`count` companies registered between 1992 and `today`."""
    industry = weighted(rng, INDUSTRY_WEIGHTS, count)
    word = taken([word for _, _, word in INDUSTRIES], industry)
    form = taken(names.LEGAL_FORMS, weighted(rng, names.LEGAL_FORM_WEIGHTS, count))
    brand, older_brand = _brands(rng, count), _brands(rng, count)
    region = weighted(rng, places.REGION_WEIGHTS, count)
    open_days = (np.datetime64(today, "D") - FIRST_REGISTRATION).astype(np.int64)
    founded = FIRST_REGISTRATION + (rng.random(count) ** 0.5 * open_days).astype(np.int64)
    kinds = np.array([list(kind) for kind in CODE_KINDS], np.uint8)[weighted(rng, CODE_KIND_WEIGHTS, count)]
    organization = organization_characters(count, int(rng.integers(0, 10**8)), founded >= CODES_WITH_LETTERS_FROM)
    codes = np.array([int(code) for code, _, _ in places.REGIONS])[region]
    employees = np.ceil(np.exp(rng.normal(2.3, 1.2, count))).astype(np.int64)
    return Companies(
        code=credit_codes(kinds, codes, organization),
        name=joined(places.CITY, brand, word, form),
        short=joined(brand, word),
        former=pc.if_else(pa.array(rng.random(count) < 0.15), joined(places.CITY, older_brand, word, form), None),
        industry=industry,
        region=region,
        street=dwelling(rng, count)[0],
        phone=joined("0571-8", numbers(rng.integers(10**6, 10**7, count))),
        founded=founded,
        capital=np.array([100_000, 500_000, 1_000_000, 5_000_000, 20_000_000])[rng.integers(0, 5, count)],
        employees=employees,
        turnover=np.round(employees * np.exp(rng.normal(11.8, 0.8, count)), -3).astype(np.int64),
        owner=rng.integers(0, people_count, count),
    )
