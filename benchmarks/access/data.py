"""Grants, requests and people: made once per size, the same bytes for the same seed."""

import json
import random
from pathlib import Path

import duckdb

from ronghe.tables.atomic import write_atomic
from tests.unit.trust.access.cedar import cedar_request, our_answers, policies
from tests.unit.trust.access.worlds import draw

__all__ = ["CONSUMERS", "SEED", "people_parquet", "random_worlds_json", "world_json"]

SEED = 809
CONSUMERS = 50
"""Departments of a city; with the number of grants this gives the number of assets."""
_PURPOSES = ("verify", "statistics")


def world_json(folder: Path, grants: int, requests: int) -> Path:
    """Grants (id, consumer, asset, purpose, days from and until) and requests, one in three of which nothing fits."""
    path = folder / f"access-{grants}-{requests}.json"
    if path.exists():
        return path
    dice = random.Random(SEED)
    assets = grants // CONSUMERS
    rights = [
        [f"G{n}", f"d{n % CONSUMERS}", f"a{n // CONSUMERS}", dice.choice(_PURPOSES), 0, dice.choice([5, 400])]
        for n in range(grants)
    ]
    asked = []
    for _ in range(requests):
        _, consumer, asset, purpose, _, _ = dice.choice(rights)
        if dice.random() < 1 / 3:
            consumer, asset = f"d{dice.randrange(CONSUMERS + 5)}", f"a{dice.randrange(assets + 5)}"
        asked.append([consumer, asset, purpose])
    path.parent.mkdir(parents=True, exist_ok=True)
    with write_atomic(path) as unfinished:
        unfinished.write_text(json.dumps({"day": 10, "grants": rights, "requests": asked}), "utf-8")
    return path


WORLD_REQUESTS = 100


def random_worlds_json(folder: Path, decisions: int) -> Path:
    """Random worlds of grants and prohibitions in Cedar's words, with their requests and what Ronghe answers."""
    path = folder / f"access-random-{decisions}.json"
    if not path.exists():
        dice, made = random.Random(SEED), []
        for _ in range(max(decisions // WORLD_REQUESTS, 1)):
            world, asked = draw(dice, WORLD_REQUESTS)
            requests = [cedar_request(*one) for one in asked]
            made.append({"policies": policies(world), "requests": requests, "ours": our_answers(world, asked)})
        path.parent.mkdir(parents=True, exist_ok=True)
        with write_atomic(path) as unfinished:
            unfinished.write_text(json.dumps(made), "utf-8")
    return path


_PEOPLE = """
SELECT (DATE '1940-01-01' + CAST(hash(n, 1) % 25000 AS INTEGER))::VARCHAR AS birth,
       '3301' || lpad((hash(n, 2) % 13)::VARCHAR, 2, '0') AS area,
       CASE WHEN hash(n, 3) % 2 = 0 THEN '男' ELSE '女' END AS sex,
       (hash(n, 4) % 4)::VARCHAR AS marriage,
       (hash(n, 5) % 30)::VARCHAR AS illness
FROM range(CAST(? AS BIGINT)) AS people(n)
"""


def people_parquet(folder: Path, rows: int) -> Path:
    """People by birth, area, sex, marriage and illness."""
    path = folder / f"risk-{rows}.parquet"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with write_atomic(path) as unfinished, duckdb.connect() as connection:
            connection.sql(_PEOPLE, params=[rows]).write_parquet(str(unfinished))
    return path
