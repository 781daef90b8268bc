import pytest

from ronghe.data.integrate.kinds import Kind, decide_kind
from ronghe.standards.catalog import catalog

CASES = [
    ("姓名", ["王伟", "李娜", "欧阳小明"], Kind.NAME),
    ("surname", ["smith", "jones", "van dyke"], Kind.NAME),
    ("name", ["Sony Turntable - PSLX350H", "Bose Acoustimass 5 Series III - AM53BK"], Kind.TEXT),
    ("企业名称", ["云州市恒泰商贸有限公司", "启明科技有限公司"], Kind.ORGANIZATION),
    ("住址", ["西湖区和平路3号", "余杭区文昌街18号2幢101室"], Kind.ADDRESS),
    ("date_of_birth", ["19081209", "19990219"], Kind.DATE),
    ("phone", ["310/246-1501", "818/762-1221"], Kind.PHONE),
    ("email", ["a@b.net", "c.d@e.org"], Kind.EMAIL),
    ("f7", ["学院路153号7幢251室", "和平路30号11幢1101室"], Kind.TEXT),
    ("price", ["$399.00", "$49.00", "12.5"], Kind.NUMBER),
    ("soc_sec_id", ["6988048", "7364009"], Kind.IDENTIFIER),
]


@pytest.mark.parametrize(("column", "values", "kind"), CASES, ids=[case[0] for case in CASES])
def test_a_column_is_compared_as_what_it_holds(column: str, values: list[str], kind: Kind) -> None:
    assert decide_kind(catalog(()), column, values, distinct=1000, filled=1200)[0] is kind


def test_few_values_that_repeat_are_a_category() -> None:
    assert decide_kind(catalog(()), "state", ["nsw", "vic", "wa"], distinct=3, filled=900)[0] is Kind.CATEGORY
