import datetime as dt

from ronghe.policy.library import Extracted, Library, policy_from
from ronghe.policy.library.resembling import candidates


def library(*texts: str) -> Library:
    return Library(
        tuple(policy_from(Extracted("txt", tuple(text.split("\n"))), f"{n}.txt") for n, text in enumerate(texts))
    )


# ruff: noqa: E501  the texts are lines as people wrote them
OLD = "甲市人民政府文件\n甲政发〔2018〕7号\n甲市救助办法\n第一条 标准为每人每月八百元，由区里发放。\n第二条 自2018年3月1日起施行。\n2018年1月1日"
NEW = (
    "甲市人民政府文件\n甲政发〔2025〕1号\n甲市救助办法\n第一条 标准为每人每月九百元，由区里发放。\n"
    "第二条 自2025年3月1日起施行。甲政发〔2018〕7号同时废止。\n2025年1月1日"
)


def states(whole: Library, *days: str) -> list[list[str]]:
    return [[whole.force(policy, dt.date.fromisoformat(day)).state for policy in whole.policies] for day in days]


def test_what_is_repealed_ends_when_the_other_takes_effect() -> None:
    found = states(library(OLD, NEW), "2018-02-28", "2018-03-01", "2025-02-28", "2025-03-01")
    assert found == [["not_yet", "not_yet"], ["in_force", "not_yet"], ["in_force", "not_yet"], ["repealed", "in_force"]]


def test_a_number_tells_apart_policies_of_one_title() -> None:
    whole = library(
        OLD, NEW, "甲政发〔2026〕2号\n关于清理的通知\n《甲市救助办法》（甲政发〔2018〕7号）予以废止。\n2026年1月1日"
    )
    assert states(whole, "2026-06-01") == [["repealed", "in_force", "in_force"]]


def test_an_earlier_policy_cannot_end_a_later_one() -> None:
    early = "甲政发〔2010〕2号\n关于清理的通知\n甲政发〔2018〕7号同时废止。\n2010年1月1日"
    assert states(library(OLD, early), "2020-01-01") == [["in_force", "in_force"]]


def test_a_circle_ends_nobody_and_is_told() -> None:
    one, other = (
        f"甲市{name}规定\n第一条 自2022年5月1日起施行，《甲市{target}规定》同时废止。\n2022年4月1日"
        for name, target in (("食堂", "餐厅"), ("餐厅", "食堂"))
    )
    whole = library(one, other)
    assert states(whole, "2023-01-01") == [["in_force", "in_force"]]
    assert [one.code for one in whole.troubles()] == ["policy.trouble_circle"]


def test_a_circle_of_three_ends_nobody_and_is_told_once() -> None:
    names = ("食堂", "餐厅", "饭堂")
    whole = library(
        *(
            f"甲市{name}规定\n第一条 自2022年5月1日起施行，《甲市{target}规定》同时废止。\n2022年4月1日"
            for name, target in zip(names, (*names[1:], names[0]), strict=True)
        ),
        "甲市清理规定\n第一条 自2022年6月1日起施行，《甲市食堂规定》同时废止。\n2022年5月1日",
    )
    assert states(whole, "2022-05-02") == [["in_force", "in_force", "in_force", "not_yet"]]
    assert states(whole, "2022-06-02") == [["repealed", "in_force", "in_force", "in_force"]]
    (told,) = whole.troubles()
    assert told.code == "policy.trouble_circle"
    assert all(str(told.params["titles"]).count(f"甲市{name}规定") == 1 for name in names)
    assert "清理" not in str(told.params["titles"])


def test_notices_of_one_title_that_end_those_before_them_are_no_circle() -> None:
    yearly = (
        f"甲市关于调整标准的通知\n一、本通知自{year}年7月1日起执行，《甲市关于调整标准的通知》同时废止。\n{year}年6月1日"
        for year in (2023, 2024, 2025)
    )
    whole = library(*yearly)
    assert states(whole, "2023-08-01", "2024-08-01", "2025-08-01") == [
        ["in_force", "not_yet", "not_yet"],
        ["repealed", "in_force", "not_yet"],
        ["repealed", "repealed", "in_force"],
    ]
    assert whole.troubles() == []


def test_a_clause_that_ends_leaves_the_rest_in_force() -> None:
    part = "甲政发〔2020〕3号\n关于部分条款停止执行的通知\n甲政发〔2018〕7号第一条停止执行。\n2020年1月1日"
    whole = library(OLD, part)
    force = whole.force(whole.policies[0], dt.date(2021, 1, 1))
    assert force.state == "in_force"
    assert [one.clause for _, one in force.changes] == ["第一条"]


def test_the_timeline_says_what_every_day_says() -> None:
    whole = library(OLD, NEW)
    for policy in whole.policies:
        line = whole.timeline(policy)
        for day in (dt.date(2018, 2, 28), dt.date(2020, 1, 1), dt.date(2025, 3, 1), dt.date(2030, 1, 1)):
            passed = [force.state for since, force in line if since <= day]
            assert (passed[-1] if passed else "not_yet") == whole.force(policy, day).state


def test_a_policy_is_named_by_id_number_in_any_brackets_or_title() -> None:
    whole = library(OLD, NEW)
    assert all(
        whole.named(f"甲政发{number}1号") == [whole.policies[1]] for number in ("〔2025〕", "[2025]", "（2025）")
    )
    assert whole.named(whole.policies[0].id[:6]) == [whole.policies[0]]
    assert whole.named("甲市救助办法") == list(whole.policies)
    assert whole.named("") == whole.named("乙") == []


def test_alike_passages_with_other_figures_may_conflict() -> None:
    found = candidates(library(OLD, NEW).policies)
    assert [(one.kind, one.address_one, one.address_other) for one in found] == [("conflict", "第一条", "第一条")]
    assert {found[0].text_one, found[0].text_other} == {
        "第一条 标准为每人每月八百元，由区里发放。",
        "第一条 标准为每人每月九百元，由区里发放。",
    }
