"""S_i and D_s from records: the factors, the rate of answers, and every way in which somebody might game them."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronghe.sharing_index import Answer, Dataset, Outcome, data_share
from ronghe.sharing_index.answers import answer_rates, effective, grade
from ronghe.terms import InputError

WHOLE = Dataset("1", "tax", "returns", 10, approved=True, declared=10, present=10, reachable=True)
GOOD = Answer("r1", "tax", "health", "returns", Outcome.DELIVERED, 3, 10, 5, 20)


def share(*datasets: Dataset, answers: tuple[Answer, ...] = (GOOD,)) -> Fraction | None:
    (found,) = data_share(datasets, answers).departments
    return found.share


def test_everything_shared_in_time_is_one() -> None:
    assert share(WHOLE) == 1


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"approved": False}, 0),
        ({"reachable": False}, 0),
        ({"present": 7}, Fraction(7, 10)),
        ({"declared": 0, "present": 0}, 0),
        ({"due": 4, "met": 3}, Fraction(3, 4)),
        ({"checked": 100, "passed": 90}, Fraction(9, 10)),
        ({"objections": 2, "settled": 1}, Fraction(1, 2)),
        ({"present": 5, "due": 2, "met": 1, "checked": 10, "passed": 5}, Fraction(1, 8)),
    ],
)
def test_each_factor_lowers_the_share_by_itself(changes: dict[str, Any], expected: Fraction) -> None:
    assert share(replace(WHOLE, **changes)) == expected


@pytest.mark.parametrize(
    ("answered", "delivered", "expected"),
    [(10, 20, 1), (15, 20, Fraction(1, 2)), (20, 0, 0), (40, 0, 0), (0, 30, Fraction(1, 2)), (15, 25, Fraction(1, 2))],
)
def test_a_late_answer_decays_in_a_line_to_nothing_at_twice_the_limit(
    answered: int, delivered: int, expected: Fraction
) -> None:
    assert grade(replace(GOOD, answered=answered, delivered=delivered)) == expected


def test_what_says_nothing_is_left_out() -> None:
    for outcome in (Outcome.REFUSED_LAWFULLY, Outcome.TAKEN_BACK):
        assert grade(replace(GOOD, outcome=outcome)) is None
    assert grade(replace(GOOD, outcome=Outcome.WAITING, answered=10, delivered=None)) is None
    assert grade(replace(GOOD, outcome=Outcome.WAITING, answered=15, delivered=None)) == Fraction(1, 2)


def test_refusals_without_a_lawful_clause_and_lost_disputes_are_nothing() -> None:
    assert grade(replace(GOOD, outcome=Outcome.REFUSED)) == 0
    assert grade(replace(GOOD, outcome=Outcome.REFUSED_LAWFULLY, upheld=True)) == 0
    assert grade(replace(GOOD, upheld=True)) == 0


def test_favors_that_are_swapped_do_not_add_up() -> None:
    slow = replace(GOOD, id="r0", answered=15)
    friends = [replace(GOOD, id=f"f{n}") for n in range(50)]
    assert [answer.id for answer, _ in effective([slow, *friends])] == ["r0"]
    assert answer_rates([slow, *friends], ["tax"])["tax"].requests == 1


def test_few_requests_are_shrunk_to_the_city() -> None:
    """The figures of the method: with a mean of .8, one lucky request gives .83, one unlucky .67, none .80."""
    city = [replace(GOOD, id=f"c{n}", owner="all", requester=f"a{n}") for n in range(80)]
    city += [replace(GOOD, id=f"d{n}", owner="all", requester=f"b{n}", outcome=Outcome.REFUSED) for n in range(20)]
    assert answer_rates(city, ["nobody"])["nobody"].value == Fraction(4, 5)
    lucky = answer_rates([*city, GOOD], ["tax"])["tax"].value
    unlucky = answer_rates([*city, replace(GOOD, outcome=Outcome.REFUSED)], ["tax"])["tax"].value
    assert (round(float(lucky), 2), round(float(unlucky), 2)) == (0.83, 0.66)


def test_more_requests_narrow_the_interval() -> None:
    def width(count: int) -> float:
        answers = [replace(GOOD, id=f"{n}", requester=f"{n}") for n in range(count)]
        answers.append(replace(GOOD, id="no", requester="no", outcome=Outcome.REFUSED))
        found = answer_rates(answers, ["tax"])["tax"]
        assert 0 <= found.low <= found.value <= found.high <= 1
        return found.high - found.low

    assert width(200) < width(20) < width(2)


def test_splitting_a_dataset_in_ten_changes_nothing() -> None:
    other = replace(WHOLE, id="2", items=30, present=5, due=4, met=3, checked=10, passed=9)
    tenths = [replace(other, id=f"2.{n}", items=3) for n in range(10)]
    assert share(WHOLE, other) == share(WHOLE, *tenths)


def test_finding_a_dataset_outside_the_catalogue_lowers_the_share() -> None:
    hidden = Dataset("3", "tax", "found by a scan", 10)
    before, after = share(WHOLE), share(WHOLE, hidden)
    assert before == 1
    assert after == Fraction(1, 2)


def test_below_the_least_coverage_no_share_is_printed() -> None:
    other = replace(WHOLE, id="9", department="health")
    found = data_share([WHOLE, other], [GOOD], coverage={"tax": Fraction(1, 3)}, least_coverage=Fraction(1, 2))
    assert found.left_out == ("tax",)
    assert found.departments[1].share is None
    assert [one.department for one in found.degree.contributions] == ["health"]


def test_nobody_is_ranked_where_intervals_overlap() -> None:
    def of(name: str, present: int) -> Dataset:
        return replace(WHOLE, id=name, department=name, items=100, declared=100, present=present)

    answers = [replace(GOOD, id=f"{n}", owner=name, requester=f"{n}") for name in "abc" for n in range(30)]
    found = {
        one.department: one.places for one in data_share([of("a", 100), of("b", 97), of("c", 20)], answers).departments
    }
    assert found == {"a": (1, 2), "b": (1, 2), "c": (3, 3)}


def test_without_requests_there_is_no_degree() -> None:
    with pytest.raises(InputError) as told:
        data_share([WHOLE], [replace(GOOD, outcome=Outcome.TAKEN_BACK)])
    assert told.value.code == "sharing_index.no_requests"


@pytest.mark.parametrize(
    ("dataset", "code"),
    [
        (replace(WHOLE, present=11), "sharing_index.counts"),
        (replace(WHOLE, met=1), "sharing_index.counts"),
        (replace(WHOLE, passed=-1), "sharing_index.counts"),
        (replace(WHOLE, items=-1), "sharing_index.negative_amount"),
    ],
)
def test_records_that_cannot_be_are_refused(dataset: Dataset, code: str) -> None:
    with pytest.raises(InputError) as told:
        data_share([dataset], [GOOD])
    assert told.value.code == code


def test_a_dataset_counts_once() -> None:
    with pytest.raises(InputError) as told:
        data_share([WHOLE, WHOLE], [GOOD])
    assert told.value.code == "sharing_index.twice"


counts = st.integers(0, 50).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))
datasets = st.builds(
    lambda items, approved, reachable, present, met, passed, settled, department: Dataset(
        "x", department, "x", items, approved, present[1], present[0], reachable, met[1], met[0], passed[1], passed[0],
        settled[1], settled[0],
    ),
    st.integers(1, 90), st.booleans(), st.booleans(), counts, counts, counts, counts, st.sampled_from("abc"),
)  # fmt: skip


@given(st.lists(datasets, min_size=1, max_size=12), st.randoms())
def test_any_records_give_shares_from_0_to_1_in_whatever_order(made: list[Dataset], order: object) -> None:
    listed = [replace(one, id=str(n)) for n, one in enumerate(made)]
    answers = [replace(GOOD, id=f"{n}", owner=one.department, requester=f"{n}") for n, one in enumerate(listed)]
    found = data_share(listed, answers)
    shuffled = list(listed)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert data_share(shuffled, answers[::-1]) == found
    assert 0 <= found.degree.exact <= 1
    for one in found.departments:
        assert one.share is not None
        assert 0 <= one.share <= 1
        assert one.low is not None
        assert one.high is not None
        assert one.low <= float(one.share) + 1e-12
        assert float(one.share) <= one.high + 1e-12
