"""Made requests for rooms of nested sizes, half-hour slots, ten open hours a day, and 1.3 times what fits."""

import random
from dataclasses import dataclass

from ronghe.resources.schedule.needs import capabilities_of, parts_of
from ronghe.resources.schedule.request import Request, Resource

__all__ = ["LOAD", "SEED", "Town", "bookings", "town"]

SEED = 8
LOAD = 1.3
DAY, OPENS, OPEN = 1440, 480, 600
SIZES = (8, 16, 30, 60, 120)
ASKED = (4, 8, 16, 16, 30, 60, 100)
LENGTHS = (30, 60, 60, 90, 120, 180)
SLACK = (60, 120, 180, 240)


@dataclass(frozen=True)
class Town:
    """Requests, resources and closed nights."""

    requests: list[Request]
    resources: list[Resource]
    closed: dict[str, list[tuple[int, int]]]


def _resource(random: random.Random, number: int) -> Resource:
    video = ", video" if random.random() < 0.3 else ""
    return Resource(f"R{number:04}", "room", capabilities_of(f"room, seats={random.choice(SIZES)}{video}"))


def _request(random: random.Random, number: int, days: int, *, flexible: bool) -> Request:
    minutes, day = random.choice(LENGTHS), random.randrange(days)
    start = random.randrange((OPEN - minutes) // 30 + 1) * 30
    slack = random.choice(SLACK) if flexible else 0
    first, last = max(0, start - slack // 60 * 30), min(OPEN, start + minutes + slack // 60 * 30)
    base = day * DAY + OPENS
    need = f"seats>={random.choice(ASKED)}" + (", video" if random.random() < 0.25 else "")
    value = 1000 * random.randint(1, 10)
    return Request(f"Q{number:05}", base + first, base + last, minutes, parts_of(need), value=value)


def town(requests: int, resources: int, *, flexible: bool, seed: int = SEED) -> Town:
    """The same town for the same numbers."""
    chance = random.Random(seed)
    rooms = [_resource(chance, n) for n in range(resources)]
    days = max(1, round(requests * sum(LENGTHS) / len(LENGTHS) / LOAD / (resources * OPEN)))
    asked = [_request(chance, n, days, flexible=flexible) for n in range(requests)]
    nights = [(day * DAY - DAY + OPENS + OPEN, day * DAY + OPENS) for day in range(days + 1)]
    return Town(asked, rooms, {room.id: nights for room in rooms})


def bookings(count: int, resources: int, seed: int = SEED) -> list[tuple[str, str, int, int]]:
    """Bookings that do not overlap: id, resource, start, end; gaps of 0 to 120 minutes between them."""
    chance = random.Random(seed)
    found, ends = [], [0] * resources
    for n in range(count):
        place = n % resources
        start = ends[place] + chance.choice((0, 0, 15, 30, 60, 120))
        ends[place] = start + chance.choice((30, 60, 90, 120))
        found.append((f"b{n}", f"r{place:03}", start, ends[place]))
    return found
