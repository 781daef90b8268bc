"""Generated people with duplicates: the same rows for the same seed, of any size, and the truth beside them."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc_csv

from ronghe.journeys.demo_city.names import GIVEN_FEMALE, GIVEN_MALE, SURNAMES

__all__ = ["people_csv", "people_table"]

SEED = 809
SHARE_REPEATED = 0.25
STREETS = ("金照路", "柳照街", "松溪巷", "枫塘路", "荷照街", "竹屏巷", "和平路", "人民路", "文昌街", "学院路")
DISTRICTS = ("上城区", "西湖区", "余杭区", "临平区", "萧山区", "富阳区", "临安区", "钱塘区")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def _check_digits(body: np.ndarray) -> np.ndarray:
    """The last digit of each citizen id (GB 11643)."""
    digits = np.stack([(body // 10 ** (16 - place)) % 10 for place in range(17)])
    sums = (digits * np.array(WEIGHTS)[:, None]).sum(axis=0) % 11
    return np.asarray(np.array(list("10X98765432"))[sums])


def _numbered(births: np.ndarray) -> np.ndarray:
    """Each birth in a district on a day with the next free number of that day: no two people have one id."""
    order = np.argsort(births, kind="stable")
    ordered = births[order]
    starts = np.r_[0, np.nonzero(np.diff(ordered))[0] + 1]
    place = np.arange(len(births)) - np.repeat(starts, np.diff(np.r_[starts, len(births)]))
    numbered = np.empty_like(births)
    numbered[order] = ordered + place
    return numbered


def _citizens(random: np.random.Generator, count: int) -> dict[str, np.ndarray]:
    given = np.array(list(GIVEN_MALE + GIVEN_FEMALE))
    ranks = 1 / np.arange(1, len(SURNAMES) + 1) ** 0.8
    surname = random.choice(np.array(list(SURNAMES)), count, p=ranks / ranks.sum())
    second = np.where(random.random(count) < 0.8, random.choice(given, count), "")
    name = np.char.add(np.char.add(surname, random.choice(given, count)), second)
    days = np.datetime64("1940-01-01") + random.integers(0, 29_000, count).astype("timedelta64[D]")
    born = np.char.replace(days.astype(str), "-", "")
    body = _numbered((330_100 + random.integers(1, 20, count)) * 10**11 + born.astype(np.int64) * 1000)
    phone = np.char.add("1", (3_000_000_000 + random.integers(0, 6_999_999_999, count)).astype(str))
    street = np.char.add(random.choice(np.array(DISTRICTS), count), random.choice(np.array(STREETS), count))
    house = np.char.add(random.integers(1, 400, count).astype(str), "号")
    door = np.char.add(
        np.char.add(random.integers(1, 30, count).astype(str), "幢"), random.integers(101, 2500, count).astype(str)
    )
    return {
        "身份证号": np.char.add(body.astype(str), _check_digits(body)),
        "姓名": name,
        "出生日期": days.astype(str),
        "手机": phone,
        "住址": np.char.add(np.char.add(street, house), np.char.add(door, "室")),
    }


def _blurred(random: np.random.Generator, rows: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The same people as another department writes them: values missing, changed or mistyped."""
    count = len(rows["姓名"])
    found = dict(rows)
    found["身份证号"] = np.where(random.random(count) < 0.3, "", rows["身份证号"])
    found["手机"] = np.where(random.random(count) < 0.3, "", rows["手机"])
    typed = np.char.add(
        np.array([name[:-1] for name in rows["姓名"].tolist()]), random.choice(np.array(list("丽利莉")), count)
    )
    found["姓名"] = np.where(random.random(count) < 0.05, typed, rows["姓名"])
    found["出生日期"] = np.where(random.random(count) < 0.03, "1900-01-01", rows["出生日期"])
    found["住址"] = np.where(random.random(count) < 0.2, np.roll(rows["住址"], 1), rows["住址"])
    return found


def people_table(rows: int, *, seed: int = SEED) -> pa.Table:
    """`rows` records of people, a quarter of them of somebody who is there already; `person` is the truth."""
    random = np.random.default_rng(seed)
    repeated = int(rows * SHARE_REPEATED)
    first = _citizens(random, rows - repeated)
    again = np.sort(random.choice(rows - repeated, repeated, replace=False))
    second = _blurred(random, {column: values[again] for column, values in first.items()})
    person = np.concatenate([np.arange(rows - repeated), again])
    order = random.permutation(rows)
    columns = {column: pa.array(np.concatenate([first[column], second[column]])[order]) for column in first}
    return pa.table({"编号": pa.array(np.arange(rows).astype(str)), "person": pa.array(person[order]), **columns})


def people_csv(folder: Path, rows: int) -> Path:
    """The table as a file, made if it is not there; the truth is in the column `person`, which nobody compares."""
    path = folder / f"people_to_link_{rows}.csv"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        pc_csv.write_csv(people_table(rows), path)
    return path
