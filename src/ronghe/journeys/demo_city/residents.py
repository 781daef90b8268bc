"""The people of the demo city: households first, then who lives in them."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ronghe.journeys.demo_city import names, places
from ronghe.journeys.demo_city.codelists import ETHNIC_WEIGHTS
from ronghe.journeys.demo_city.columns_of_text import Ints, Mask, joined, numbers, taken
from ronghe.journeys.demo_city.identifiers import citizen_ids, mobile_numbers

__all__ = ["People", "dwelling", "full_names", "settle_people", "weighted"]

Days = NDArray[np.datetime64]

HOUSEHOLD_SIZES = (1, 2, 3, 4, 5)
HOUSEHOLD_SIZE_WEIGHTS = (22, 28, 27, 15, 8)
SHARE_MOVED_IN = 0.15
AGE_OF_OWN_PHONE = 14
AGE_OF_NEW_DISTRICTS = 4
_SHARE_COMPOUND_SURNAME = 0.003
_SHARE_RARE_CHARACTER = 0.002
SHARE_OLD_PHONE = 0.06
SHARE_MISHEARD_NAME = 0.01


@dataclass(frozen=True, slots=True)
class People:
    """Facts of each person, in the order of households; `head` is the place of the household's head.

    `region` indexes places.REGIONS, `income` is yuan a month, `employer` a place among the companies or -1. `old_phone`
    and `misheard` are what some department still believes: a number that was given up, a name as it sounds.
    """

    id: pa.Array
    name: pa.Array
    male: Mask
    birth: Days
    age: Ints
    region: Ints
    ethnic: Ints
    marital: Ints
    household: Ints
    position: Ints
    size: Ints
    head: Ints
    phone: pa.Array
    old_phone: pa.Array
    misheard: pa.Array
    street: pa.Array
    rooms: pa.Array
    rooms_short: pa.Array
    income: Ints
    employer: Ints

    def phone_on_file(self, rng: np.random.Generator, who: Ints) -> pa.Array:
        """The telephone as a department has it: 6 of 100 gave it up since."""
        place, old = pa.array(who), pa.array(rng.random(len(who)) < SHARE_OLD_PHONE)
        return pc.if_else(old, self.old_phone.take(place), self.phone.take(place))

    def name_on_file(self, rng: np.random.Generator, who: Ints) -> pa.Array:
        """The name as a department has it: 1 of 100 was written down as it sounds."""
        place, misheard = pa.array(who), pa.array(rng.random(len(who)) < SHARE_MISHEARD_NAME)
        return pc.if_else(misheard, self.misheard.take(place), self.name.take(place))

    def region_codes(self, who: Ints) -> pa.Array:
        """Present district codes."""
        return taken([code for code, _, _ in places.REGIONS], self.region[who])

    def address(self, who: Ints) -> pa.Array:
        """City, district, street, house and room, as the police write it."""
        district = taken([name for _, name, _ in places.REGIONS], self.region[who])
        return joined(places.CITY, district, self.street.take(pa.array(who)), self.rooms.take(pa.array(who)))

    def short_address(self, who: Ints) -> pa.Array:
        """The same home as other counters write it: everyday district name, hyphens for house and room."""
        district = taken([name for _, _, name in places.REGIONS], self.region[who])
        return joined(district, self.street.take(pa.array(who)), self.rooms_short.take(pa.array(who)))


def weighted(rng: np.random.Generator, weights: tuple[int, ...], count: int) -> Ints:
    """Places drawn in proportion to whole-number weights."""
    table = np.repeat(np.arange(len(weights)), weights)
    drawn: Ints = table[rng.integers(0, len(table), count)]
    return drawn


def full_names(rng: np.random.Generator, surname: Ints, male: Mask) -> pa.Array:
    """Two to four characters; a few given names carry a rare one."""
    count = len(surname)
    given_tables = (names.GIVEN_FEMALE, names.GIVEN_MALE)
    first, second = (
        pc.if_else(pa.array(male), *(taken(table, rng.integers(0, len(table), count)) for table in given_tables[::-1]))
        for _ in range(2)
    )
    second = pc.if_else(pa.array(rng.random(count) < 0.25), "", second)
    rare = taken(names.RARE_GIVEN, rng.integers(0, len(names.RARE_GIVEN), count))
    second = pc.if_else(pa.array(rng.random(count) < _SHARE_RARE_CHARACTER), rare, second)
    return joined(taken((*names.SURNAMES, *names.COMPOUND_SURNAMES), surname), first, second)


def _as_it_sounds(written: pa.Array) -> pa.Array:
    """The names with the first of the names.HOMOPHONES in each replaced by its partner."""
    heard = written
    for one, other in names.HOMOPHONES:
        changed = pc.replace_substring(written, one, other, max_replacements=1)
        heard = pc.if_else(pc.equal(heard, written), changed, heard)
    return heard


def _surnames(rng: np.random.Generator, count: int) -> Ints:
    common = (rng.random(count) ** 2 * len(names.SURNAMES)).astype(np.int64)
    compound = len(names.SURNAMES) + rng.integers(0, len(names.COMPOUND_SURNAMES), count)
    return np.where(rng.random(count) < _SHARE_COMPOUND_SURNAME, compound, common)


def dwelling(rng: np.random.Generator, count: int) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Street with house number, and the flat in two spellings."""
    street = joined(
        taken(places.STREETS, rng.integers(0, len(places.STREETS), count)), numbers(rng.integers(1, 400, count)), "号"
    )
    community = taken(places.COMMUNITIES, rng.integers(0, len(places.COMMUNITIES), count))
    house, stair = numbers(rng.integers(1, 31, count)), numbers(rng.integers(1, 5, count))
    flat = numbers(rng.integers(1, 19, count) * 100 + rng.integers(1, 5, count))
    return (
        street,
        joined(community, house, "幢", stair, "单元", flat, "室"),
        joined(community, house, "-", stair, "-", flat),
    )


def _ages(rng: np.random.Generator, position: Ints, head: Ints) -> Ints:
    own = rng.integers(23, 88, len(position))
    of_head = own[head]
    spouse = np.maximum(22, of_head + rng.integers(-4, 5, len(position)))
    child = np.maximum(0, of_head - rng.integers(22, 36, len(position)))
    parent = np.minimum(99, of_head + rng.integers(21, 32, len(position)))
    return np.choose(np.minimum(position, 4), [own, spouse, child, child, parent])


def _birthplaces(rng: np.random.Generator, region: Ints, age: Ints) -> Ints:
    codes = [code for code, _, _ in places.REGIONS]
    now = np.array([int(code) for code in codes])
    recently = np.array([int(places.CODES_SINCE_2021.get(code, code)) for code in codes])
    before = np.array([int(places.OLD_CODES.get(code, places.CODES_SINCE_2021.get(code, code))) for code in codes])
    elsewhere = np.array([int(code) for code in places.CODES_ELSEWHERE])
    count = len(region)
    local = np.where(age < AGE_OF_NEW_DISTRICTS, now[region], recently[region])
    local = np.where((age > 30) & (rng.random(count) < 0.5), before[region], local)
    moved = elsewhere[rng.integers(0, len(elsewhere), count)]
    return np.where(rng.random(count) < SHARE_MOVED_IN, moved, local)


def _marital(rng: np.random.Generator, position: Ints, paired: Mask, age: Ints) -> Ints:
    """Places in codelists.MARITAL: the first two of a pair are married, others mostly single, later widowed."""
    count = len(position)
    married = np.where(rng.random(count) < 0.2, 3, np.where(rng.random(count) < 0.5, 1, 2))
    alone = np.where(age > 60, 4, np.where((age > 35) & (rng.random(count) < 0.4), 5, 0))
    return np.where(paired & (position < 2), married, np.where(position >= 4, 4, alone))


def settle_people(rng: np.random.Generator, count: int, company_count: int, today: date) -> People:
    """`count` people in households of one to five, as of `today`; nobody is born after it."""
    sizes = np.array(HOUSEHOLD_SIZES)[weighted(rng, HOUSEHOLD_SIZE_WEIGHTS, count)]
    household = np.repeat(np.arange(count), sizes)[:count]
    head = np.searchsorted(household, household)
    position = np.arange(count) - head
    home = household[-1] + 1
    size = np.bincount(household)[household]

    age = _ages(rng, position, head)
    birth = np.datetime64(today, "D") - age * 365 - rng.integers(100, 350, count) - age // 4
    coin = rng.random(count) < 0.5
    paired = size > 1
    male = np.where(position == 1, ~coin[head], coin)
    region = weighted(rng, places.REGION_WEIGHTS, home)[household]
    surname = _surnames(rng, count)
    surname = np.where((position == 2) | (position == 3), surname[head], surname)
    street, rooms, rooms_short = (text.take(pa.array(household)) for text in dwelling(rng, home))
    own_phone = np.where(age >= AGE_OF_OWN_PHONE, np.arange(count), head)
    adult = (age >= 18) & (age < 63)
    income = np.round(np.exp(rng.normal(8.75, 0.55, count)), -2).astype(np.int64)
    employed = adult & (rng.random(count) < 0.75)
    employer = (rng.random(count) ** 2 * company_count).astype(np.int64)
    name = full_names(rng, surname, male)
    phone, old_phone = (mobile_numbers(count, int(rng.integers(0, 10**8))) for _ in range(2))
    return People(
        id=citizen_ids(_birthplaces(rng, region, age), birth, male),
        name=name,
        male=male,
        birth=birth,
        age=age,
        region=region,
        ethnic=weighted(rng, ETHNIC_WEIGHTS, count),
        marital=_marital(rng, position, paired, age),
        household=household,
        position=position,
        size=size,
        head=head,
        phone=phone.take(pa.array(own_phone)),
        old_phone=old_phone.take(pa.array(own_phone)),
        misheard=_as_it_sounds(name),
        street=street,
        rooms=rooms,
        rooms_short=rooms_short,
        income=np.where(employed, income, np.where(age >= 60, income // 300 * 100, 0)),
        employer=np.where(employed, employer, -1),
    )
