"""A plan is followed as it is written, or refused with the place that cannot be."""

from typing import Any

import pytest

from ronghe.data.integrate.fuse.plan import JoinStep, LinkStep, parse_plan
from ronghe.terms import InputError

SOURCES = "".join(f'[[source]]\nname = "{name}"\npath = "{name}.csv"\n' for name in "abc")
JOIN = '[[step]]\nname = "j"\nkind = "join"\non = ["id"]\ncardinality = "one-to-one"\n'
LINK = '[[link]]\nname = "l"\nof = ["a", "b"]\n'


def plan(text: str) -> Any:
    return parse_plan(SOURCES + text, where="plan.toml")


def test_a_join_names_two_tables_or_any_number() -> None:
    assert plan(JOIN + 'left = "a"\nright = "b"\n').steps == (
        JoinStep("j", ("a", "b"), ("id",), "inner", "one-to-one"),
    )
    assert plan(JOIN + 'of = ["a", "b", "c"]\nhow = "full"\n').steps[0].of == ("a", "b", "c")


def test_a_link_stands_before_the_fusion_that_takes_its_clusters() -> None:
    fuse = '[[step]]\nname = "g"\nkind = "fuse"\nof = ["a", "b"]\nclusters = "l"\n'
    more = 'columns = ["name", "born=birth"]\none_to_one = true\nthreshold = 0.9\nreview = "answers.csv"\n'
    steps = plan(fuse + LINK + more).steps
    assert [step.name for step in steps] == ["l", "g"]
    assert steps[0] == LinkStep("l", ("a", "b"), ("name", "born=birth"), True, 0.9, "answers.csv")


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        (JOIN + 'of = ["a"]\n', "step 1", "of"),
        (JOIN + 'of = ["a", "a"]\n', "step 1", "of"),
        (JOIN + 'of = ["a", "b"]\nleft = "a"\n', "step 1", "of"),
        (JOIN + 'left = "a"\nright = "a"\n', "step 1", "of"),
        (JOIN.replace("one-to-one", "one-to-many") + 'of = ["a", "b", "c"]\n', "step 1", "cardinality"),
        (JOIN.replace('on = ["id"]\n', "") + 'of = ["a", "b"]\n', "step 1", "on"),
        (LINK + "threshold = 0.3\n", "link 1", "threshold"),
        (LINK + "threshold = true\n", "link 1", "threshold"),
        (LINK + 'one_to_one = "yes"\n', "link 1", "one_to_one"),
        (LINK + 'model = "m.json"\ncolumns = ["name"]\n', "link 1", "model"),
        (LINK.replace('"a", "b"', '"a", "b", "c"') + "one_to_one = true\n", "link 1", "one_to_one"),
        (LINK.replace('"a", "b"', ""), "link 1", "of"),
        ("", "plan", "[[step]]"),
        ("step = 1\n", "plan", "[[step]]"),
    ],
)
def test_a_place_that_cannot_be_followed_is_named(text: str, where: str, what: str) -> None:
    with pytest.raises(InputError, match="integrate_plan") as raised:
        parse_plan(text + SOURCES if text.startswith("step = ") else SOURCES + text, where="plan.toml")
    assert raised.value.params == {"where": where, "what": what}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (JOIN + 'of = ["a", "j"]\n', "data.integrate_cycle"),
        (JOIN + 'of = ["a", "z"]\n', "data.integrate_unknown"),
        (LINK + "trehsold = 1\n", "data.integrate_choice"),
        (LINK.replace('"l"', '"a"'), "data.integrate_name_twice"),
        ("[[step]\n", "data.integrate_toml"),
    ],
)
def test_what_else_is_refused(text: str, code: str) -> None:
    with pytest.raises(InputError) as raised:
        plan(text)
    assert raised.value.code == code


def test_steps_that_wait_for_each_other_are_told_all() -> None:
    two = JOIN.replace('"j"', '"k"')
    with pytest.raises(InputError, match="integrate_cycle") as raised:
        plan(JOIN + 'of = ["a", "k"]\n' + two + 'of = ["b", "j"]\n')
    assert raised.value.params == {"steps": "j, k"}


def test_a_field_has_one_lead_department() -> None:
    both = SOURCES.replace(".csv", '.csv"\nlead = ["name"]\ndepartment = "x', 1)
    both = both.replace('b.csv"', 'b.csv"\nlead = ["name"]\ndepartment = "y"')
    with pytest.raises(InputError, match="lead_twice") as raised:
        parse_plan(both + JOIN + 'of = ["a", "b"]\n', where="plan.toml")
    assert raised.value.params == {"field": "name", "one": "x", "two": "y"}
