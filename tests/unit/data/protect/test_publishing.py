"""What a publication masks where a column is not of one kind only."""

import pyarrow as pa

from ronghe.data.protect.publishing import Masks, masks_of, redacted
from ronghe.data.scan.result import FoundColumn
from ronghe.standards.grading import grade_profile
from ronghe.tables import expressions as ops
from ronghe.trust.access.obligations import Mask

PERSON, CODE = "11010519491231002X", "91110000600037341L"


def _found(column: str, kind: str, subject: str, **more: object) -> FoundColumn:
    return FoundColumn(column, kind, subject, 0.9, ("form",), 10, 10, 10, grade="general_3", **more)  # type: ignore[arg-type]


def test_numbers_of_people_among_codes_of_organizations_are_starred_and_the_codes_stay() -> None:
    mixed = _found("主体", "unified_credit_code", "organization", also={"citizen_id": 1})
    masks = masks_of([mixed], grade_profile(), {"主体": ops.TEXT})
    assert masks == Masks({}, (), ("主体",))
    batch = pa.record_batch({"主体": [CODE, PERSON, None]})
    assert redacted(batch, masks).to_pydict() == {"主体": [CODE, "＊" * 18, None]}


def test_codes_of_organizations_alone_leave_as_they_are() -> None:
    alone = _found("主体", "unified_credit_code", "organization")
    assert masks_of([alone], grade_profile(), {"主体": ops.TEXT}) == Masks()


def test_a_fact_is_masked_where_numbers_of_people_stand_among_its_values() -> None:
    mixed = _found("诊断", "medical", "sensitive", also={"citizen_id": 3})
    assert masks_of([mixed], grade_profile(), {"诊断": ops.TEXT}).columns == {"诊断": Mask()}
    assert masks_of([_found("诊断", "medical", "sensitive")], grade_profile(), {"诊断": ops.TEXT}) == Masks()
