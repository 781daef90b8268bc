import pytest

from ronghe.rules import bind, decide, read_rules
from ronghe.terms import InputError, LimitReached, RongheError
from tests.unit.rules.given import DAY, rules_of

HEAD = "format: rules@1\nfacts: {a: number, b: text, c: boolean}\n"


def code_of(text: str) -> str:
    with pytest.raises(RongheError) as caught:
        read_rules(text, "x.yaml")
    assert "x.yaml" in str(caught.value)
    return caught.value.code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: [", "rules.yaml"),
        ("a: &x 1\nb: *x", "rules.yaml"),
        ("a: 1\na: 2", "rules.yaml"),
        ("a: " + "[" * 100 + "]" * 100, "rules.yaml"),
        ("!!python/object/apply:os.system ['true']", "rules.yaml"),
        ("- 1", "rules.not_a_mapping"),
        ("format: rules@9", "rules.format"),
        ("format: rules@1\nfact: {}", "rules.key_unknown"),
        (HEAD, "rules.no_rules"),
        (HEAD + "rules: {r: {title: x}}", "rules.rule_without_when"),
        (HEAD + "rules: {r: {when: {all: []}}}", "rules.not_a_list"),
        (HEAD + "rules: {r: {when: {all: [c], any: [c]}}}", "rules.clause_form"),
        (HEAD + "rules: {r: {when: d}}", "rules.name_unknown"),
        (HEAD + "rules: {r: {when: a + 1}}", "rules.expression_kind"),
        (HEAD + "rules: {r: {when: a == b}}", "rules.expression_kind"),
        (HEAD + "rules: {r: {when: b < 'x'}}", "rules.expression_order"),
        (HEAD + "rules: {r: {when: a in 3}}", "rules.expression_list"),
        (HEAD + "rules: {r: {when: a =< 3}}", "rules.expression_form"),
        (HEAD + "rules: {r: {when: '__import__(\"os\")'}}", "rules.name_unknown"),
        (HEAD + "rules: {r: {when: '(lambda: c)()'}}", "rules.name_unknown"),
        (HEAD + "rules: {r: {when: a ** 9 > 1}}", "rules.expression_part"),
        (HEAD + f"rules: {{r: {{when: '{'(' * 300}c{')' * 300}'}}}}", "rules.expression_form"),
        (HEAD + f"rules: {{r: {{when: '{'not ' * 200}c'}}}}", "rules.expression_depth"),
        (HEAD + f"rules: {{r: {{when: '{'c and ' * 500}c'}}}}", "rules.expression_length"),
        (HEAD + f"rules: {{r: {{when: '{'*'.join('a' * 30)} > 1'}}}}", "rules.expression_product"),
        (HEAD + "rules: {r: {when: c, from: 2026-02-01, until: 2026-01-01}}", "rules.range_reversed"),
        (HEAD + "rules: {r: {when: c, from: soon}}", "rules.not_a_day"),
        (HEAD + "rules: {r: {when: c, amount: c}}", "rules.expression_kind"),
        ("format: rules@1\nfacts: {a: money}\nrules: {r: {when: c}}", "rules.kind_unknown"),
        ("format: rules@1\nfacts: {a: {type: number, min: 5, max: 1}}\nrules: {r: {when: c}}", "rules.range_reversed"),
        ("format: rules@1\nfacts: {a b: number}\nrules: {r: {when: c}}", "rules.name_form"),
        (HEAD + "parameters: {a: {values: {2026-01-01: 1}}}\nrules: {r: {when: c}}", "rules.name_twice"),
        (HEAD + "rules: {a.clause: {when: c}}", "rules.rule_name"),
        (HEAD + "rules: {Subject: {when: c}}", "rules.rule_name"),
        (HEAD + "rules: {r: {when: c}, R: {when: c}}", "rules.name_twice"),
        ("format: rules@1\nfacts: {a: number, A: number}\nrules: {r: {when: a > 1}}", "rules.name_twice"),
        (HEAD + "define: {x: y + 1, y: x + 1}\nrules: {r: {when: c}}", "rules.name_unknown"),
        (HEAD + "rules: {r: {when: c}}\ncases: [{as_of: 2026-01-01}]", "rules.case_empty"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, code: str) -> None:
    assert code_of(text) == code


def test_definitions_cannot_grow_without_bound() -> None:
    lines = ["format: rules@1", "facts: {a: number}", "define:", "  x0: a + a"]
    lines += [f"  x{n}: x{n - 1} + x{n - 1}" for n in range(1, 30)]
    assert code_of("\n".join([*lines, "rules: {r: {when: x29 > 1}}"])) == "rules.expression_size"


def test_a_file_too_large_is_refused() -> None:
    with pytest.raises(LimitReached):
        read_rules("#" * 2_000_000, "x.yaml")


def test_names_and_signs_may_be_chinese_and_wide() -> None:
    rules = rules_of(
        "月收入 < 低保标准", facts="月收入: number\n", more="parameters: {低保标准: {values: {2020-01-01: 1}}}"
    )
    assert list(rules.facts) == ["月收入"]


@pytest.mark.parametrize(
    "when",
    [
        "income ≥ 5 and work == “甲≥乙”",
        "（income ＞ 4） and work == '甲≥乙'",
        "income >= 5 and work in ['甲≥乙'，'丙']",
    ],
)
def test_signs_of_input_methods_are_read_and_quoted_ones_kept(when: str) -> None:
    bound = bind(rules_of(when), DAY)
    assert decide(bound, {"income": 5, "work": "甲≥乙"})["r"].result == "eligible"
    assert decide(bound, {"income": 4, "work": "甲≥乙"})["r"].result == "ineligible"
    assert decide(bound, {"income": 5, "work": "甲>=乙"})["r"].result == "ineligible"


def table(rows: str, hit: str = "unique", header: str = "age, level, amount") -> str:
    return f"tables: {{t: {{hit: {hit}, outputs: {{amount: number}}, header: [{header}], rows: [{rows}]}}}}\n"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (table("['[0..18)', '-', 1], ['[17..60)', '一级,二级', 2]"), "rules.table_overlap"),
        (table("['<18', 'not(一级)', 1], ['<=5', '二级', 2]"), "rules.table_overlap"),
        (table("['>=18', '-', 1], ['[20..30]', '一级', 2]", "first"), "rules.table_shadowed"),
        (table("['[30..18)', '-', 1]"), "rules.table_range"),
        (table("['old', '-', 1]"), "rules.table_cell"),
        (table("['-', '-']"), "rules.table_width"),
        (table(""), "rules.table_empty"),
        (table("['-', '-', 1]", "every"), "rules.table_hit"),
        (table("['-', '-', 1]", header="age, level, total"), "rules.table_output"),
    ],
)
def test_a_decision_table_that_cannot_be_right_is_loud(more: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        rules_of("t.amount > 0", more=more)
    assert caught.value.code == code


def test_touching_rows_do_not_overlap() -> None:
    rules_of("t.amount > 0", more=table("['[0..18)', '-', 1], ['[18..60)', '一级', 2], ['[18..60)', 'not(一级)', 3]"))


TYPED = "format: rules@1\ngroups: {h: k}\nfacts: {a: number, t: {type: text, values: [一级, 二级]}, d: date}\n"
TABLE = "tables: {x: {hit: unique, outputs: {v: number}, header: [a, v], rows: [['1', 2]]}}\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("format: rules@1\0", "rules.yaml"),
        (TYPED + TABLE.replace("[a,", "[t,") + "rules: {r: {when: x.v > 1}}", "rules.value_impossible"),
        (TYPED + TABLE.replace(", rows: [['1', 2]]", ""), "rules.not_a_list"),
        (TYPED + TABLE.replace("'1'", "'(1..1)'"), "rules.table_range"),
        (TYPED + TABLE.replace("[a, v], rows: [['1', 2]]", "[a, v, v], rows: [['1', 2, 3]]"), "rules.table_output"),
        (TYPED + TABLE.replace("hit: unique", "hit: first, otherwise: {w: 1}"), "rules.table_output"),
        (TYPED + "parameters: {p: {values: {null: 1}}}", "rules.parameter_days"),
        (TYPED + "parameters: {p: {values: {2024-01-01: 1, '20240101': 2}}}", "rules.parameter_days"),
        (
            TYPED + "rules: {r: {when: a > 1}}\ncases: [{as_of: 2026-01-01, given: {t: 三级}, expect: {r: unknown}}]",
            "rules.value_impossible",
        ),
        (
            TYPED + "rules: {r: {when: a > 1}}\ncases: [{as_of: 2026-01-01, members: {g: []}, expect: {r: unknown}}]",
            "rules.name_unknown",
        ),
    ],
)
def test_a_slip_of_the_pen_is_told_and_denies_nobody(text: str, code: str) -> None:
    assert code_of(text) == code


def test_days_at_the_end_of_the_calendar_are_days() -> None:
    rules = read_rules(TYPED + "rules: {r: {when: \"years(d, '9999-12-31') > 3 and d > '2020-01-01'\"}}", "x.yaml")
    assert decide(bind(rules, DAY), {})["r"].missing == ("d",)


def test_a_rule_of_thousands_of_conditions_is_refused_in_no_time() -> None:
    many = ", ".join(f"a == {number}" for number in range(3_000))
    rules = read_rules(TYPED + f"rules: {{r: {{when: {{any: [{many}]}}}}}}", "x.yaml")
    with pytest.raises(LimitReached) as caught:
        bind(rules, DAY)
    assert caught.value.code == "rules.too_many_conditions"
