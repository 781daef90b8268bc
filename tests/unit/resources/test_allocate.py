"""Allocation: small cases whose answer is known, and the bugs that peers had."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from benchmarks.resources.cases import plain_inputs, supply_of
from ronghe.resources.allocate.allocation import allocate
from ronghe.resources.allocate.explain import explain
from ronghe.resources.allocate.history import debts
from ronghe.resources.allocate.inputs import Inputs
from ronghe.resources.allocate.problem import Policy, ProjectRule, Rule
from ronghe.resources.allocate.summary import jain, summary
from ronghe.resources.allocate.verify import verify
from ronghe.terms import InputError, Refused

COLUMNS = ("id", "department", "project", "tier", "partition", "weight", "bundle")


def inputs_of(
    rows: Sequence[tuple[str, str, Mapping[str, float]]],
    capacity: dict[str, float],
    policy: Policy | None = None,
    **columns: list[Any],
) -> Inputs:
    """Demands of (id, department, amounts); other columns by name."""
    names = sorted({name.partition("@")[0] for name in capacity})
    blank = {"project": "", "tier": (policy or Policy()).tiers[-1], "partition": "", "weight": 1.0, "bundle": 0}
    table: dict[str, list[Any]] = {"id": [row[0] for row in rows], "department": [row[1] for row in rows]}
    table |= {name: columns.get(name, [value] * len(rows)) for name, value in blank.items()}
    table |= {f"demand_{name}": [float(row[2].get(name, 0)) for row in rows] for name in names}
    supply = supply_of([(key.partition("@")[0], key.partition("@")[2], "", amount) for key, amount in capacity.items()])
    return Inputs(pa.table(table), supply, policy or Policy(), {})


def granted(inputs: Inputs, name: str = "gpu") -> list[float]:
    allocation = allocate(inputs)
    assert verify(inputs, allocation.table) == []
    return [round(one, 6) for one in allocation.table.column(f"granted_{name}").to_pylist()]


def test_the_example_of_the_paper() -> None:
    # Ghodsi et al. 2011, figure 3: 9 CPUs, 18 GB; A wants <1, 4>, B <3, 1> per task.
    inputs = inputs_of(
        [("A", "a", {"cpu": 100, "ram": 400}), ("B", "b", {"cpu": 300, "ram": 100})], {"cpu": 9, "ram": 18}
    )
    assert granted(inputs, "cpu") == [3, 6]
    assert granted(inputs, "ram") == [12, 2]


def test_weights_divide_in_proportion_and_what_one_does_not_want_goes_to_the_others() -> None:
    rows = [("1", "a", {"gpu": 100}), ("2", "b", {"gpu": 100}), ("3", "c", {"gpu": 10})]
    assert granted(inputs_of(rows, {"gpu": 100}, weight=[1.0, 2.0, 1.0])) == [30, 60, 10]


def test_an_earlier_tier_is_served_first_but_not_at_the_cost_of_a_guarantee() -> None:
    policy = Policy(("urgent", "normal"), {"b": Rule(quota={"gpu": 4})})
    rows = [("1", "a", {"gpu": 10}), ("2", "b", {"gpu": 10})]
    assert granted(inputs_of(rows, {"gpu": 10}, policy, tier=["urgent", "normal"])) == [6, 4]


def test_a_guarantee_is_not_a_weight() -> None:
    # Cook #218: a share that cannot be taken away, apart from how the rest is divided.
    policy = Policy(("normal",), {"a": Rule(quota={"gpu": 6})})
    rows = [("1", "a", {"gpu": 6}), ("2", "b", {"gpu": 6}), ("3", "c", {"gpu": 6})]
    assert granted(inputs_of(rows, {"gpu": 12}, policy)) == [6, 3, 3]


def test_borrowing_one_kind_does_not_eat_the_guarantee_of_another() -> None:
    # kueue#9406: a borrower of one flavor took what was guaranteed of the other.
    policy = Policy(("normal",), {"a": Rule(quota={"gpu": 8, "cpu": 0}), "b": Rule(quota={"cpu": 8})})
    rows = [("1", "a", {"cpu": 20}), ("2", "b", {"cpu": 8}), ("3", "b", {"gpu": 20})]
    inputs = inputs_of(rows, {"gpu": 10, "cpu": 10}, policy)
    assert granted(inputs, "cpu") == [2, 8, 0]
    assert granted(inputs, "gpu") == [0, 0, 10]


def test_shares_are_of_the_partition_not_of_the_whole() -> None:
    # YARN-11082: the share of a queue was measured against the whole cluster.
    rows = [("1", "a", {"gpu": 10}), ("2", "b", {"gpu": 10}), ("3", "a", {"gpu": 90})]
    inputs = inputs_of(rows, {"gpu@east": 10, "gpu@west": 1000}, partition=["east", "east", "west"])
    assert granted(inputs) == [5, 5, 90]
    assert allocate(inputs).table.column("level").to_pylist() == pytest.approx([0.5, 0.5, 0.09])


def test_what_is_not_lent_stays_with_its_holder_and_borrowing_has_its_bound() -> None:
    policy = Policy(("normal",), {"a": Rule(quota={"gpu": 10}, lend={"gpu": 4}), "b": Rule(borrow={"gpu": 3})})
    rows = [("1", "a", {"gpu": 1}), ("2", "b", {"gpu": 10}), ("3", "c", {"gpu": 100})]
    inputs = inputs_of(rows, {"gpu": 20}, policy)
    assert granted(inputs) == [1, 3, 11]
    # 20 less the 6 that a keeps for itself, of which it uses 1.
    assert allocate(inputs).table.column("stopped_by").to_pylist() == ["", "department:gpu", "capacity:gpu"]


def test_a_project_has_its_own_bound_and_weights_of_departments_can_be_divided() -> None:
    policy = Policy(("normal",), {"a": Rule(projects={"p": ProjectRule(1.0, cap={"gpu": 2})})})
    rows = [("1", "a", {"gpu": 9}), ("2", "a", {"gpu": 9}), ("3", "b", {"gpu": 9})]
    assert granted(inputs_of(rows, {"gpu": 12}, policy, project=["p", "q", ""])) == [2, 5, 5]
    split = Policy(("normal",), {}, "department")
    rows = [("1", "a", {"gpu": 9}), ("2", "a", {"gpu": 9}), ("3", "b", {"gpu": 9})]
    assert granted(inputs_of(rows, {"gpu": 12}, split)) == [3, 3, 6]


def of_projects(**rules: ProjectRule) -> Policy:
    """Department a is guaranteed 12 of 20 GPUs, which its projects divide."""
    return Policy(("normal",), {"a": Rule(quota={"gpu": 12}, projects=rules)})


PROJECTS = [("1", "a", {"gpu": 40}), ("2", "a", {"gpu": 40}), ("3", "b", {"gpu": 100})]
NAMED = ["p", "q", ""]


def test_a_project_is_guaranteed_its_part_of_what_its_department_is() -> None:
    policy = of_projects(p=ProjectRule(quota={"gpu": 9}))
    inputs = inputs_of(PROJECTS, {"gpu": 20}, policy, project=NAMED, weight=[1.0, 1.0, 50.0])
    # Of the department's 12, p has 9 first, and q what is left of it.
    assert granted(inputs) == [9, 3, 8]
    table = allocate(inputs).table
    assert table.column("by_project").to_pylist() == pytest.approx([9 / 40, 0, 0])
    assert table.column("guaranteed").to_pylist() == pytest.approx([9 / 40, 3 / 40, 0])
    assert "by_project" not in allocate(inputs_of(PROJECTS, {"gpu": 20}, of_projects())).table.column_names


def test_what_a_project_does_not_lend_stays_with_it_even_if_it_asks_for_nothing() -> None:
    rows = [("2", "a", {"gpu": 40}), ("3", "b", {"gpu": 100})]
    kept = inputs_of(
        rows, {"gpu": 20}, of_projects(p=ProjectRule(quota={"gpu": 9}, lend={"gpu": 4})), project=["q", ""]
    )
    # 5 of 9 are kept for p: of the department's 12 another project is guaranteed 7, and all have 15.
    assert granted(kept) == [7.5, 7.5]
    assert allocate(kept).table.column("guaranteed").to_pylist() == pytest.approx([7 / 40, 0])
    lent = inputs_of(rows, {"gpu": 20}, of_projects(p=ProjectRule(quota={"gpu": 9})), project=["q", ""])
    assert granted(lent) == [12, 8]
    told = explain(allocate(kept), "3")
    assert [(one.department, one.right, one.amount) for one in told.above] == [("a", "hold", 5)]


def test_a_project_uses_what_is_kept_for_it_after_its_department_is_full() -> None:
    capped = Rule(
        quota={"gpu": 12}, cap={"gpu": 12}, projects={"p": ProjectRule(quota={"gpu": 9}, lend={"gpu": 0}, weight=0.01)}
    )
    inputs = inputs_of(PROJECTS, {"gpu": 20}, Policy(("normal",), {"a": capped}), project=NAMED)
    assert granted(inputs) == [9, 3, 8]
    assert allocate(inputs).table.column("stopped_by").to_pylist() == ["department:gpu"] * 2 + ["capacity:gpu"]


def test_a_project_borrows_within_its_bound_and_its_department() -> None:
    policy = of_projects(p=ProjectRule(quota={"gpu": 3}, borrow={"gpu": 2}))
    inputs = inputs_of(PROJECTS, {"gpu": 20}, policy, project=NAMED)
    assert granted(inputs) == [5, 7.5, 7.5]
    assert explain(allocate(inputs), "1").changes[0].kind == "project"


def test_bundles_keep_the_guarantees_of_projects() -> None:
    policy = of_projects(p=ProjectRule(quota={"gpu": 9}, lend={"gpu": 0}), q=ProjectRule(quota={"gpu": 2}))
    inputs = inputs_of(PROJECTS, {"gpu": 20}, policy, project=NAMED, bundle=[20, 20, 50])
    assert granted(inputs)[0] >= 8
    assert sum(granted(inputs)) <= 20


def test_projects_are_guaranteed_no_more_than_their_department_is() -> None:
    policy = of_projects(p=ProjectRule(quota={"gpu": 9}), q=ProjectRule(quota={"gpu": 5}))
    with pytest.raises(Refused) as refused:
        allocate(inputs_of(PROJECTS, {"gpu": 20}, policy, project=NAMED))
    assert refused.value.code == "resources.project_guarantees_exceed"
    assert refused.value.params["projects"] == "p 9, q 5"


def test_taking_a_guarantee_from_a_project_is_found_out() -> None:
    policy = of_projects(p=ProjectRule(quota={"gpu": 9}))
    inputs = inputs_of(PROJECTS, {"gpu": 20}, policy, project=NAMED)
    table = allocate(inputs).table
    for name, values in (("by_project", [6 / 40, 0.0, 0.0]), ("guaranteed", [6 / 40, 6 / 40, 0.0])):
        changed = table.set_column(table.column_names.index(name), name, pa.array(values))
        assert "resources.verify_guarantee" in [fault.code for fault in verify(inputs, changed)], name
    assert verify(inputs, table.drop_columns(["by_project"]))


def test_whole_bundles_are_rounded_down_and_the_rest_goes_on() -> None:
    rows = [("1", "a", {"gpu": 8}), ("2", "b", {"gpu": 8}), ("3", "c", {"gpu": 8})]
    inputs = inputs_of(rows, {"gpu": 13}, bundle=[2, 2, 0])
    assert granted(inputs) == [4, 4, 5]
    assert explain(allocate(inputs), "1").kind == "bundle"


def test_zero_demand_zero_supply_and_what_nobody_supplies() -> None:
    rows = [("1", "a", {}), ("2", "b", {"gpu": 1}), ("3", "c", {"gpu": 1, "cpu": 1})]
    table = allocate(inputs_of(rows, {"gpu": 0, "cpu": 5})).table
    assert table.column("fraction").to_pylist() == [1, 0, 0]
    assert table.column("stopped_by").to_pylist() == ["", "absent:gpu", "absent:gpu"]
    assert explain(allocate(inputs_of(rows, {"gpu": 0, "cpu": 5})), "2").changes[0].needed == pytest.approx(1)


def test_guarantees_above_the_supply_are_refused_with_those_who_hold_them() -> None:
    policy = Policy(("normal",), {"a": Rule(quota={"gpu": 6}), "b": Rule(quota={"gpu": 5})})
    with pytest.raises(Refused) as refused:
        allocate(inputs_of([("1", "a", {"gpu": 1})], {"gpu": 10}, policy))
    assert refused.value.params["departments"] == "a 6, b 5"


def test_an_unknown_tier_and_an_unknown_demand_are_told() -> None:
    inputs = inputs_of([("1", "a", {"gpu": 1})], {"gpu": 10}, tier=["other"])
    with pytest.raises(InputError, match="tier_unknown"):
        allocate(inputs)
    with pytest.raises(InputError, match="no_such_demand"):
        explain(allocate(inputs_of([("1", "a", {"gpu": 1})], {"gpu": 10})), "2")


def test_what_one_owns_is_guaranteed_to_it() -> None:
    inputs = inputs_of([("1", "a", {"gpu": 10}), ("2", "b", {"gpu": 10})], {"gpu": 10})
    owned = replace(inputs, supply=supply_of([("gpu", "", "a", 8.0), ("gpu", "", "", 2.0)]))
    assert granted(owned) == [8, 2]


@pytest.mark.parametrize("name", ["fraction", "level", "granted_gpu", "stopped_by", "id"])
def test_the_verifier_finds_what_was_altered(name: str) -> None:
    inputs = inputs_of([("1", "a", {"gpu": 9}), ("2", "b", {"gpu": 9})], {"gpu": 12})
    table = allocate(inputs).table
    values = table.column(name).to_pylist()
    values[0] = {"stopped_by": "department:gpu", "id": "x"}.get(name) or values[0] * 1.001
    altered = table.set_column(table.column_names.index(name), name, pa.array(values))
    assert verify(inputs, altered)


@pytest.mark.parametrize("quota", [0.0, 3.0])
@pytest.mark.parametrize("name", ["fraction", "guaranteed", "level", "granted_gpu"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0])
def test_the_verifier_takes_no_number_that_is_none(quota: float, name: str, value: float) -> None:
    policy = Policy(("normal",), {"a": Rule(quota={"gpu": quota})})
    inputs = inputs_of([("1", "a", {"gpu": 9}), ("2", "b", {"gpu": 9})], {"gpu": 12}, policy)
    table = allocate(inputs).table
    values = [value, *table.column(name).to_pylist()[1:]]
    assert verify(inputs, table.set_column(table.column_names.index(name), name, pa.array(values)))


def test_giving_one_more_at_the_cost_of_another_is_found_out() -> None:
    inputs = inputs_of([("1", "a", {"gpu": 9}), ("2", "b", {"gpu": 9})], {"gpu": 12})
    table = allocate(inputs).table
    for name, values in (("fraction", [7 / 9, 5 / 9]), ("level", [7 / 12, 5 / 12]), ("granted_gpu", [7.0, 5.0])):
        table = table.set_column(table.column_names.index(name), name, pa.array(values))
    assert [fault.code for fault in verify(inputs, table)] == ["resources.verify_stopped"]


def test_debts_fade_and_have_a_limit() -> None:
    known = ["a", "b"]
    even = debts(["a", "b"], ["gpu"] * 2, np.array([4.0, 4.0]), np.zeros(2), half_life=24, limit=4, known=known)
    assert even == {"a": 1.0, "b": 1.0}
    faded = debts(
        ["a", "b"], ["gpu"] * 2, np.array([4.0, 4.0]), np.array([24.0, 0.0]), half_life=24, limit=4, known=known
    )
    assert faded["a"] == pytest.approx(2 / 3)
    assert debts(["a"], ["gpu"], np.array([4.0]), np.zeros(1), half_life=24, limit=1, known=known) == {
        "a": 1.0,
        "b": 0.0,
    }
    assert debts([], [], np.zeros(0), np.zeros(0), half_life=24, limit=1, known=known) == {"a": 0.0, "b": 0.0}


def test_the_summary_counts_what_lies_idle() -> None:
    found = summary(allocate(inputs_of([("1", "a", {"gpu": 3}), ("2", "b", {"gpu": 2})], {"gpu": 10})))
    line = found["resources"][0]
    assert (line["utilization"], line["idle"], line["waste"], line["idle_cost"]) == (0.5, 5, 0, 5)
    assert found["jain"] == 1
    assert jain([1.0, 0.0]) == 0.5
    assert jain([]) is None


def test_a_hundred_thousand_demands_keep_the_certificate() -> None:
    rng = np.random.default_rng(7)
    amounts = rng.exponential(size=(100_000, 3)) * (rng.random((100_000, 3)) < 0.7)
    inputs = plain_inputs(amounts, amounts.sum(axis=0) * [0.4, 0.6, 2.0], rng.uniform(0.5, 2, 100_000))
    assert verify(inputs, allocate(inputs).table) == []
