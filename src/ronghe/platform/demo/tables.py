"""Made-up tables for the entries that no file of the generator is of: the city's people and companies, and chance."""

import csv
import io
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from random import Random

from ronghe.platform.demo.entries import Offer

__all__ = ["Town"]

ROWS = 240
_Draw = Callable[[int], str]


class Town:
    """What tables are made of: residents and companies as two of the generator's files have them."""

    def __init__(self, files: Path, today: date, chance: Random) -> None:
        self._people = _read(files / "01_population_residents.csv", "utf-8")
        self._firms = _read(files / "03_enterprises_legal_persons.csv", "gb18030")
        self._today, self._chance = today, chance

    def table(self, offer: Offer) -> bytes:
        """A CSV of the entry's items, the same for the same city."""
        draws = [
            self._draw(item["name"], item["element"], values)
            for item, values in zip(offer.items, offer.values, strict=True)
        ]
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow([item["name"] for item in offer.items])
        writer.writerows([[draw(row) for draw in draws] for row in range(ROWS)])
        return text.getvalue().encode()

    def anybody(self) -> str:
        """The citizen id of some resident."""
        return self._person(self._chance.randrange(ROWS), "公民身份号码")

    def _draw(self, name: str, element: str, values: tuple[str, ...]) -> _Draw:
        chance = self._chance
        if values:
            return lambda _row: chance.choice(values)
        return {
            "citizen_id": lambda row: self._person(row, "公民身份号码"),
            "person_name": lambda row: self._person(row, "姓名"),
            "address": lambda row: self._person(row, "住址"),
            "region": lambda row: self._person(row, "户籍地区划"),
            "birth_date": lambda row: self._person(row, "出生日期"),
            "organization_name": lambda row: self._firm(row, "企业名称"),
            "unified_credit_code": lambda row: self._firm(row, "统一社会信用代码"),
            "date": lambda _row: self._day().isoformat(),
            "datetime": lambda _row: f"{self._day()} {chance.randint(8, 17):02}:{chance.randint(0, 59):02}:00",
            "year": lambda _row: str(self._today.year - 1),
            "year_month": lambda _row: f"{self._day():%Y-%m}",
            "time": lambda _row: f"0{chance.randint(5, 6)}:{chance.randint(0, 59):02}",
            "money": lambda _row: str(chance.randint(200, 90_000)),
            "area": lambda _row: f"{chance.uniform(0.2, 9):.2f}",
            "count": lambda _row: str(chance.randint(1, 60)),
            "longitude": lambda _row: f"{chance.uniform(118.4, 120.7):.6f}",
            "latitude": lambda _row: f"{chance.uniform(29.2, 30.6):.6f}",
            "yes_no": lambda _row: chance.choice("是是是否"),
        }.get(element, lambda row: f"{_letters(name)}{row + 1:06}")

    def _person(self, row: int, column: str) -> str:
        return self._people[row % len(self._people)][column]

    def _firm(self, row: int, column: str) -> str:
        return self._firms[row % len(self._firms)][column]

    def _day(self) -> date:
        return self._today - timedelta(days=self._chance.randint(1, 900))


def _letters(name: str) -> str:
    """Two letters by which the numbers of one register begin."""
    return "".join(chr(ord(sign) % 26 + 65) for sign in name[:2])


def _read(path: Path, encoding: str) -> list[Mapping[str, str]]:
    """The first records; those whose columns do not fit are left out."""
    with path.open(encoding=encoding, newline="") as file:
        records = [record for _, record in zip(range(ROWS * 2), csv.DictReader(file), strict=False)]
    whole = [one for one in records if None not in one and None not in one.values()]
    return [{name.strip(): value for name, value in one.items()} for one in whole]
