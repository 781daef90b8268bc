"""Laws of allocation, on random small cases with everything that a policy can say."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.resources.cases import case, plain_inputs
from ronghe.journeys.resources.varying import changed
from ronghe.resources.allocate.allocation import Allocation, allocate
from ronghe.resources.allocate.explain import explain
from ronghe.resources.allocate.inputs import Inputs
from ronghe.resources.allocate.problem import Policy
from ronghe.resources.allocate.verify import verify

SEEDS = st.integers(0, 10**9)
FEW = settings(max_examples=25, deadline=None)


def amounts_of(inputs: Inputs) -> np.ndarray:
    names = [name for name in inputs.demands.column_names if name.startswith("demand_")]
    columns = [inputs.demands.column(name).to_numpy() for name in names]
    return np.stack(columns, axis=1)


def fractions(allocation: Allocation) -> np.ndarray:
    return np.asarray(allocation.table.column("fraction").to_numpy())


def with_column(table: pa.Table, name: str, values: object) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, pa.array(values))


@given(SEEDS)
@FEW
def test_every_allocation_is_what_its_certificate_says(seed: int) -> None:
    inputs = case(seed)
    assert verify(inputs, allocate(inputs).table) == []


@given(SEEDS)
@FEW
def test_an_allocation_that_was_changed_is_found_out(seed: int) -> None:
    inputs = case(seed, bundles=False)
    table = allocate(inputs).table
    moved = fractions_moved(inputs, table, np.random.default_rng(seed))
    if moved is not None:
        assert verify(inputs, moved) != []


def fractions_moved(inputs: Inputs, table: pa.Table, rng: np.random.Generator) -> pa.Table | None:
    """The table with one demand that has something given 1% less of everything, consistently; None without one."""
    values = table.column("fraction").to_numpy().copy()
    has = np.flatnonzero((values > 0.01) & (amounts_of(inputs).sum(axis=1) > 0))
    if not len(has):
        return None
    row = int(rng.choice(has))
    factor = np.ones(len(values))
    factor[row] = 0.99
    table = with_column(table, "guaranteed", np.minimum(table.column("guaranteed").to_numpy(), values * factor))
    for name in ("fraction", "level", *(one for one in table.column_names if one.startswith("granted_"))):
        table = with_column(table, name, table.column(name).to_numpy() * factor)
    return table


@given(SEEDS)
@FEW
def test_nothing_is_given_out_twice_and_nothing_wanted_lies_idle(seed: int) -> None:
    allocation = allocate(case(seed, bundles=False))
    for problem, solution in allocation.parts:
        used = solution.fraction @ problem.demand
        assert (used <= problem.capacity * (1 + 1e-9)).all()
        unmet = solution.fraction < 1 - 1e-9
        assert (solution.kind[unmet] > 0).all()
        assert (solution.fraction >= solution.guaranteed).all()


@given(SEEDS)
@FEW
def test_the_order_of_rows_has_no_effect(seed: int) -> None:
    inputs = case(seed, bundles=False)
    order = np.random.default_rng(seed).permutation(inputs.demands.num_rows)
    shuffled = replace(inputs, demands=inputs.demands.take(pa.array(order)))
    np.testing.assert_allclose(fractions(allocate(shuffled)), fractions(allocate(inputs))[order], rtol=0, atol=1e-9)


@given(SEEDS, st.sampled_from([1e-6, 0.1, 7.0, 1024.0]))
@FEW
def test_units_have_no_effect(seed: int, unit: float) -> None:
    rng = np.random.default_rng(seed)
    amounts, capacity = rng.exponential(size=(9, 2)), rng.uniform(0.5, 5, 2)
    plain = allocate(plain_inputs(amounts, capacity))
    scaled = allocate(plain_inputs(amounts * [unit, 1], capacity * [unit, 1]))
    np.testing.assert_allclose(fractions(scaled), fractions(plain), rtol=0, atol=1e-9)


@given(SEEDS)
@FEW
def test_among_equal_floors_nobody_envies_and_sharing_pays(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count, kinds = int(rng.integers(2, 8)), int(rng.integers(1, 4))
    amounts = rng.integers(0, 9, (count, kinds)).astype(float)
    capacity, weight = rng.uniform(1, 20, kinds), rng.choice([1.0, 2.0, 3.0], count)
    granted = amounts * fractions(allocate(plain_inputs(amounts, capacity, weight)))[:, None]
    for who in range(count):
        if not amounts[who].any():
            continue
        worth = useful(amounts[who], granted[who])
        even = useful(amounts[who], capacity * weight[who] / weight.sum())
        assert worth >= even - 1e-9, "sharing incentive"
        for other in range(count):
            theirs = useful(amounts[who], granted[other] * weight[who] / weight[other])
            assert worth >= theirs - 1e-9, "weighted envy"


def useful(wanted: np.ndarray, given_: np.ndarray) -> float:
    """The part of a demand that an amount of everything serves."""
    asked = wanted > 0
    return float(min(1.0, (given_[asked] / wanted[asked]).min()))


@given(SEEDS)
@FEW
def test_misreporting_a_demand_gains_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    amounts = rng.integers(1, 9, (int(rng.integers(2, 7)), 2)).astype(float)
    capacity = rng.uniform(2, 20, 2)
    honest = useful(amounts[0], amounts[0] * fractions(allocate(plain_inputs(amounts, capacity)))[0])
    lie = amounts.copy()
    lie[0] *= rng.choice([0.5, 1.0, 2.0, 10.0], 2)
    told = useful(amounts[0], lie[0] * fractions(allocate(plain_inputs(lie, capacity)))[0])
    assert told <= honest + 1e-9


@given(SEEDS)
@FEW
def test_asking_for_more_does_not_raise_a_guarantee(seed: int) -> None:
    inputs = case(seed, bundles=False)
    more = inputs.demands
    for name in [one for one in more.column_names if one.startswith("demand_")]:
        more = with_column(more, name, more.column(name).to_numpy() * 3)
    before, after = (allocate(replace(inputs, demands=table)) for table in (inputs.demands, more))
    for (problem, solution), (_, then) in zip(before.parts, after.parts, strict=True):
        quota = np.minimum(problem.limits.quota, problem.limits.cap)[1:]
        for number, department in enumerate(problem.departments[1:], 1):
            mine = problem.department == number
            held = (then.guaranteed[mine] * 3) @ problem.demand[mine]
            assert (held <= quota[number - 1] * (1 + 1e-9)).all(), department
        assert solution.fraction.shape == then.fraction.shape


@given(SEEDS)
@FEW
def test_a_project_has_its_guarantee_whatever_others_ask_for(seed: int) -> None:
    inputs = case(seed, bundles=False)
    names = np.array(inputs.demands.column("department").to_pylist())
    greedy = inputs.demands
    for name in [one for one in greedy.column_names if one.startswith("demand_")]:
        greedy = with_column(greedy, name, np.where(names == "d0", 1.0, 50.0) * greedy.column(name).to_numpy())
    before, after = (allocate(replace(inputs, demands=table)) for table in (inputs.demands, greedy))
    for (problem, solution), (_, then) in zip(before.parts, after.parts, strict=True):
        mine = names[problem.rows] == "d0"
        np.testing.assert_allclose(then.by_project[mine], solution.by_project[mine], rtol=0, atol=1e-9)
        assert (then.fraction >= then.guaranteed - 1e-12).all()
        assert (then.guaranteed >= then.by_project - 1e-12).all()


@given(SEEDS)
@FEW
def test_a_change_to_what_is_there_already_changes_nothing(seed: int) -> None:
    inputs = case(seed)
    rows = inputs.supply.to_pylist()
    same = {f"capacity.{row['resource']}@{row['partition']}": str(row["capacity"]) for row in rows}
    for who, rule in inputs.policy.departments.items():
        same |= {f"weight.{who}": str(rule.weight)}
        same |= {f"quota.{who}.{name}": str(amount) for name, amount in rule.quota.items()}
        for project, own in rule.projects.items():
            same |= {f"lend.{who}/{project}.{name}": str(amount) for name, amount in own.lend.items()}
    partitions = {row["partition"] for row in rows}
    if partitions != {""}:
        same = {key: value for key, value in same.items() if not key.endswith("@")}
    again = changed(inputs, same)
    for made in (changed(inputs, {}), again):
        np.testing.assert_array_equal(fractions(allocate(made)), fractions(allocate(inputs)))


@given(SEEDS)
@settings(max_examples=8, deadline=None)
def test_what_an_explanation_asks_for_suffices_and_less_does_not(seed: int) -> None:
    inputs = case(seed, bundles=False)
    allocation = allocate(inputs)
    for row, demand in enumerate(inputs.demands.column("id").to_pylist()):
        told = explain(allocation, demand)
        if len(told.changes) != 1 or told.changes[0].kind != "capacity" or told.kind != "capacity":
            continue
        change = told.changes[0]
        where = inputs.demands.column("partition")[row].as_py()
        for part, enough in ((1 + 1e-9, True), (1 - 1e-4, False)):
            needed = change.now + (change.needed - change.now) * part
            rows = inputs.supply.to_pylist()
            if any(one["department"] for one in rows):
                return  # an owner's quota grows with what it supplies
            for one in rows:
                if (one["resource"], one["partition"]) == (change.resource, where):
                    one["capacity"] = needed
            raised = replace(inputs, supply=pa.Table.from_pylist(rows, schema=inputs.supply.schema))
            assert bool(fractions(allocate(raised))[row] >= 1 - 1e-9) == enough
        return


@pytest.mark.parametrize("seeds", [range(15), pytest.param(range(15, 10_000), marks=pytest.mark.slow)])
def test_linear_programs_come_to_the_same(seeds: range) -> None:
    pytest.importorskip("scipy")
    from benchmarks.resources.oracle import optimum

    for seed in seeds:
        for problem, solution in allocate(case(seed, bundles=False)).parts:
            np.testing.assert_allclose(solution.fraction, optimum(problem), rtol=0, atol=1e-9, err_msg=str(seed))


@given(SEEDS)
@FEW
def test_history_lowers_a_weight_and_nothing_else(seed: int) -> None:
    inputs = case(seed, bundles=False)
    free = replace(inputs, debts={}, policy=Policy(inputs.policy.tiers))
    owing = replace(free, debts={"d0": 2.0})
    names = np.array(inputs.demands.column("department").to_pylist())
    before, after = (allocate(one).table.column("weight").to_numpy() for one in (free, owing))
    np.testing.assert_allclose(after[names == "d0"], before[names == "d0"] / 4)
    np.testing.assert_allclose(after[names != "d0"], before[names != "d0"])
