import datetime as dt

import pytest

from ronghe.policy.library import Extracted, Policy, passages, policy_from


def policy(*paragraphs: str) -> Policy:
    return policy_from(Extracted("txt", paragraphs), "x.txt")


HEAD = ("云岭市人民政府文件", "云政发〔2025〕12号", "关于印发某某办法的通知")
SIGNED = ("云岭市人民政府", "2025年5月20日")


def test_head_and_signature_are_read() -> None:
    found = policy(*HEAD, "第一条 甲。", "第二条 本办法自2025年7月1日起施行，有效期5年。", *SIGNED)
    assert (found.title, found.number, found.issuers) == (HEAD[2], HEAD[1], ("云岭市人民政府",))
    assert (found.issued, found.effective, found.until) == (
        dt.date(2025, 5, 20),
        dt.date(2025, 7, 1),
        dt.date(2030, 7, 1),
    )


@pytest.mark.parametrize(
    ("sentence", "effective", "said", "until"),
    [
        ("本办法自印发之日起施行。", dt.date(2025, 5, 20), True, None),
        ("没有说何时。", dt.date(2025, 5, 20), False, None),
        ("自2026年1月1日起执行，至2027年12月31日止。", dt.date(2026, 1, 1), True, dt.date(2028, 1, 1)),
        ("自2024年2月29日起试行，试行期一年。", dt.date(2024, 2, 29), True, dt.date(2025, 3, 1)),
        ("自2026年1月1日起施行，有效期至2026年6月30日。", dt.date(2026, 1, 1), True, dt.date(2026, 7, 1)),
        ("自2026年1月1日起施行，有效期至9999年12月31日。", dt.date(2026, 1, 1), True, None),
        ("自9990年1月1日起施行，有效期十年。", dt.date(9990, 1, 1), True, None),
    ],
)
def test_from_when_until_when(sentence: str, effective: dt.date, said: bool, until: dt.date | None) -> None:
    found = policy(*HEAD, f"一、{sentence}", *SIGNED)
    assert (found.effective, found.effective_said, found.until) == (effective, said, until)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("《甲办法》（云民〔2012〕4号）同时废止。", [("repeals", "甲办法", "云民〔2012〕4号", "")]),
        (
            "《甲办法》、《乙办法》（云经〔2013〕8号）予以废止。",
            [("repeals", "甲办法", "", ""), ("repeals", "乙办法", "云经〔2013〕8号", "")],
        ),
        ("云民〔2012〕4号文件同时废止。", [("repeals", "", "云民〔2012〕4号", "")]),
        ("根据《丙条例》（云令〔2001〕1号），《甲办法》同时废止。", [("repeals", "甲办法", "", "")]),
        ("《甲办法》第三条停止执行。", [("repeals", "甲办法", "", "第三条")]),
        ("对《甲办法》作如下修改：", [("amends", "甲办法", "", "")]),
        ("《甲办法》继续有效，不予废止。", []),
        ("本办法的修改、废止程序按《立法条例》执行。", []),
        ("与《甲办法》不一致的，以本办法为准。", []),
    ],
)  # fmt: skip
def test_what_a_sentence_does_to_others(sentence: str, expected: list[tuple[str, ...]]) -> None:
    found = policy(*HEAD, f"第九条 {sentence}", *SIGNED).relations
    assert [(one.kind, one.title, one.number, one.clause) for one in found] == expected


def test_offices_that_sign_and_the_day_are_no_paragraph_of_the_last_clause() -> None:
    signed = ["云岭市民政局 云岭市财政局", "云岭市教育局", "2025年5月20日"]
    lines = ["某办法", "第一条 甲。", "市民政局", "第二条 乙。", "丙。", *signed, "附件1", "第一条 丁。"]
    found = [(one.address, one.text) for one in passages(lines)]
    assert found == [
        ("", "某办法"),
        ("第一条", "第一条 甲。"),
        ("第一条第2款", "市民政局"),
        ("第二条", "第二条 乙。"),
        ("第二条第2款", "丙。"),
        ("", "云岭市民政局 云岭市财政局\n云岭市教育局\n2025年5月20日"),
        ("附件1", "附件1"),
        ("附件1第一条", "第一条 丁。"),
    ]


def test_clauses_have_the_addresses_by_which_they_are_cited() -> None:
    text = [
        "标题",
        "第一章 总则",
        "第一条 甲",
        "乙",
        "（一）丙",
        "（二）丁",
        "第二条之一 戊",
        "附件1",
        "一、己",
        "（一）庚",
    ]
    found = [(one.address, one.text) for one in passages(text)]
    assert found == [
        ("", "标题"),
        ("第一章", "第一章 总则"),
        ("第一条", "第一条 甲"),
        ("第一条第2款", "乙"),
        ("第一条第(一)项", "（一）丙"),
        ("第一条第(二)项", "（二）丁"),
        ("第二条之一", "第二条之一 戊"),
        ("附件1", "附件1"),
        ("附件1一、", "一、己"),
        ("附件1一、(一)", "（一）庚"),
    ]


LONG = 20_000


@pytest.mark.parametrize(
    "line",
    [
        "某市管理局 " * 40 + "等",
        "管理局" * LONG,
        "局 " * LONG,
        "根据" * LONG + "废止",
        "《甲乙》（某发〔2024〕1号）" * LONG + "同时废止",
        "附件" + "\u3000" * LONG + "甲" * 100,
    ],
)
def test_a_line_without_end_takes_no_time_without_end(line: str) -> None:
    """Patterns that try each way to read a line would take years over the first and hours over the others."""
    found = policy(*HEAD, line, "第一条 甲。", *SIGNED)
    assert (found.number, found.issued) == (HEAD[1], dt.date(2025, 5, 20))
    assert "第一条" in [one.address for one in passages(found.paragraphs)]


def test_offices_that_issue_together_are_read_from_the_red_head() -> None:
    found = policy("000001 云岭市市场监督管理局、云岭市民政局 文件", *HEAD[1:], "第一条 甲。", *SIGNED)
    assert found.issuers == ("云岭市市场监督管理局", "云岭市民政局")
