"""Malformed records are kept small and come back as they were, whole, one by one and in parts."""

import sys
import tracemalloc

import pytest

from ronghe.tables.set_aside import Malformed, SetAside


def added(records: list[Malformed]) -> SetAside:
    kept = SetAside()
    for record in records:
        kept.append(record)
    return kept


@pytest.mark.parametrize("count", [0, 1, 4_095, 4_096, 4_097, 10_000])
def test_records_come_back_in_order(count: int) -> None:
    records = [Malformed(n + 1, n + 2, f"文{n},\x00\ud800", ("columns", "nul")[n % 2]) for n in range(count)]
    kept = added(records)
    assert (len(kept), list(kept)) == (count, records)
    assert (kept[3:5_000], kept[-2:]) == (records[3:5_000], records[-2:])
    assert bool(kept) is bool(records)


def test_one_record_is_found_from_either_end() -> None:
    records = [Malformed(n, n, str(n), "json") for n in range(5_000)]
    kept = added(records)
    assert (kept[0], kept[4_500], kept[-1]) == (records[0], records[4_500], records[-1])
    with pytest.raises(IndexError):
        kept[5_000]


def test_many_records_take_a_fraction_of_their_objects() -> None:
    tracemalloc.start()
    kept = SetAside()
    for n in range(40_000):
        kept.append(Malformed(n, n, f"K{n:09d},王伟,1950-01-10,79.19,杭州市西湖区文三路{n}号,多余", "columns"))
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    one = Malformed(999, 999, "K000000001,王伟,1950-01-10,79.19,杭州市西湖区文三路1号,多余", "columns")
    alone = sum(map(sys.getsizeof, (one, one.row, one.line, one.raw)))
    assert used < alone * len(kept) / 3
