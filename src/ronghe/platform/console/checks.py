"""The check of a condition of sharing in a reader's words: `days <= 366` is 申请期限不超过 366 天."""

from ronghe.messages import Language, known, render
from ronghe.platform.catalogue.conditions import expression_of
from ronghe.platform.departments.models import Department
from ronghe.rules.expressions import And, Arithmetic, Compare, Constant, Expression, Fact, Member, Not, Or
from ronghe.terms import InputError

__all__ = ["check_text"]

_NAMES = {"==": "is", "!=": "is_not", "<": "under", "<=": "most", ">": "over", ">=": "least"}
_TURNED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


class _Unworded(Exception):
    """A part for which there are no words."""


def check_text(check: str, lang: Language) -> str:
    """What the machine checks; for a formula beyond words, that there is one."""
    try:
        return _Words(lang).of(expression_of(check))
    except (_Unworded, InputError):
        return render("platform.check_formula", lang)


class _Words:
    """The words for the nodes of one condition."""

    def __init__(self, lang: Language) -> None:
        self.lang = lang

    def say(self, name: str, **params: object) -> str:
        return render(f"platform.check_{name}", self.lang, **params)

    def of(self, node: Expression, *, holds: bool = True, inside: bool = False) -> str:
        """A condition, or its opposite where it shall not hold; in brackets `inside` another of the other sort."""
        match node:
            case Not(operand):
                return self.of(operand, holds=not holds, inside=inside)
            case And(parts) | Or(parts):
                # Not both is one not or the other not.
                sort = "and" if isinstance(node, And) == holds else "or"
                joined = self.say(sort).join(self.of(part, holds=holds, inside=True) for part in parts)
                return self.say("inside", what=joined) if inside else joined
            case Fact(name, "boolean"):
                return self.say(f"{name}{'' if holds else '_not'}")
            case Member(Fact() as fact, values):
                listed = self.say("list").join(self.value(fact, one) for one in values)
                return self.say("among" if holds else "not_among", left=self.say(fact.name), values=listed)
            case Compare(op, left, right):
                return self.compared(op if holds else _OPPOSITE[op], left, right)
        raise _Unworded

    def compared(self, op: str, left: Expression, right: Expression) -> str:
        if isinstance(left, Constant) and not isinstance(right, Constant):
            op, left, right = _TURNED[op], right, left
        if isinstance(left, Fact) and left.kind == "boolean" and isinstance(right, Constant):
            return self.of(left, holds=(op == "==") == bool(right.value))
        return self.say(f"op_{_NAMES[op]}", left=self.value(left, left), right=self.value(left, right))

    def value(self, beside: Expression, node: Expression) -> str:
        """A value with the unit or the name that it has beside a fact."""
        match node:
            case Fact(name, "number" | "text"):
                return self.say(name)
            case Constant(value, "number"):
                code = f"{beside.name}_value" if isinstance(beside, Fact) else "number"
                return self.say(code, value=f"{value:,g}")
            case Constant(value, "text"):
                return self.say("text", value=self.named(beside, str(value)))
            case Arithmetic(op, left, right):
                sign = {"*": "×", "/": "÷", "-": "−"}.get(op, op)
                return f"{self.value(node, left)} {sign} {self.value(node, right).lstrip()}"
        raise _Unworded

    def named(self, beside: Expression, value: str) -> str:
        name = beside.name if isinstance(beside, Fact) else ""
        if name == "method" and known(f"platform.way_{value}"):
            return render(f"platform.way_{value}", self.lang)
        if name == "requester":
            return Department.objects.filter(code=value).values_list("name", flat=True).first() or value
        return value
