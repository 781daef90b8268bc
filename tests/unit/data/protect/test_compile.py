"""A plan compiled and released over a few rows: what of it no engine may be asked to make."""

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from ronghe.data.protect.compile import compile_plan
from ronghe.data.protect.release import released
from ronghe.tables import expressions as ops
from ronghe.tables.few_rows import FewRows
from ronghe.terms import InternalFault, Refused
from ronghe.trust.access.conditions import Condition, Relation
from ronghe.trust.access.obligations import Keep, Mask, Obligation, Token
from ronghe.trust.access.plan import Plan, Share

UNTIL = datetime(2030, 1, 1, tzinfo=UTC)


def plan_of(*duties: Obligation, rows: tuple[Condition, ...] = ()) -> Plan:
    shares = tuple(Share(f"G{n}", "law", rows, (("a", duty),)) for n, duty in enumerate(duties))
    return Plan("c", "asset", 1, "p", ("a",), shares, (), UNTIL)


def tokens(values: pa.Array, domain: str, request: str) -> pa.Array:
    return pa.array([f"{domain}/{request}/{value}" for value in values.to_pylist()], pa.string())


def left(plan: Plan, values: list[str | None], made: Any = tokens) -> list[object]:
    compiled = compile_plan(plan, {"a": ops.Column("c0", ops.TEXT)}, {})
    (batch,) = released(FewRows({"c0": values}), compiled, "source", made)
    found: list[object] = batch.column(0).to_pylist()
    return found


def test_a_blank_text_has_no_token() -> None:
    assert left(plan_of(Token("id", "R")), ["7", "", " ", None]) == ["id/R/7", None, None, None]


@pytest.mark.parametrize("wrong", [pa.array(["x"]), pa.array([1, 2]), pa.array(["x", None])])
def test_tokens_that_are_not_one_text_for_each_value_are_a_fault(wrong: pa.Array) -> None:
    with pytest.raises(InternalFault):
        left(plan_of(Token("id")), ["7", "8"], lambda *_: wrong)


def test_a_condition_on_a_field_that_the_table_lacks_is_a_refusal() -> None:
    with pytest.raises(Refused) as caught:
        left(plan_of(Keep(), rows=(Condition("b", Relation.IS, ("x",)),)), ["7"])
    assert (caught.value.code, caught.value.params["name"]) == ("data.protect_field_missing", "b")


def test_a_number_that_one_grant_masks_leaves_as_text_under_all() -> None:
    numbers = {"a": ops.Column("c0", ops.INTEGER)}
    assert not compile_plan(plan_of(Keep()), numbers, {}).outputs[0].text
    assert compile_plan(plan_of(Keep(), Mask()), numbers, {}).outputs[0].text
