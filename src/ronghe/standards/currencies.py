"""How amounts of money say their currency: 1,200元, ￥1,200, US$1,200.50, 1.5万美元, 300 HKD.

Source: GB/T 12406-2022 (ISO 4217) for the codes. A sign that several currencies have, such as $ and ¥, means the one
that the column is declared to hold.
"""

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

__all__ = ["CURRENCIES", "Currency", "marked_as", "others"]


@dataclass(frozen=True, slots=True)
class Currency:
    """`signs` are single characters, `letters` are written in any case, `words` are Chinese."""

    code: str
    signs: str
    letters: tuple[str, ...]
    words: tuple[str, ...]

    @property
    def mark(self) -> str:
        """Pattern of everything that says this currency before or after a number, in a text that was cleaned."""
        letters = ("".join(f"[{one}{one.lower()}]" for one in text) for text in self.letters)
        dollar = "[$]?" if "$" in self.signs else ""
        signs = (f"[{self.signs}]",) if self.signs else ()
        # Cleaning writes 圆 and 圓 as 元.
        words = (word.replace("圆", "元") for word in self.words)
        return f"(?:{'|'.join((*signs, *(letter + dollar for letter in letters), *words))})"


_TABLE = (
    Currency("CNY", "¥￥", ("RMB", "CNY"), ("人民币",)),
    Currency("USD", "$", ("USD", "US"), ("美元", "美圆", "美金")),
    Currency("EUR", "€", ("EUR",), ("欧元",)),
    Currency("GBP", "£", ("GBP",), ("英镑",)),
    Currency("JPY", "¥￥", ("JPY",), ("日元", "日圆", "円")),
    Currency("HKD", "$", ("HKD", "HK"), ("港元", "港圆", "港币")),
    Currency("MOP", "$", ("MOP",), ("澳门元", "澳门币")),
    Currency("TWD", "$", ("TWD", "NT"), ("新台币", "台币")),
    Currency("KRW", "₩", ("KRW",), ("韩元", "韩圆")),
    Currency("SGD", "$", ("SGD",), ("新加坡元", "新元")),
    Currency("AUD", "$", ("AUD",), ("澳元", "澳大利亚元")),
    Currency("CAD", "$", ("CAD",), ("加元", "加拿大元")),
    Currency("CHF", "", ("CHF",), ("瑞士法郎",)),
    Currency("RUB", "₽", ("RUB",), ("卢布",)),
)
CURRENCIES = MappingProxyType({currency.code: currency for currency in _TABLE})
_SIGNS = "$＄€£₩₽₹฿¥￥"
_YUAN = "[0-9万亿]元"


def _lettered(letters: tuple[str, ...]) -> str:
    return f"(?:[^A-Za-z]|^)(?:{'|'.join(letters)})(?:[^A-Za-z]|$)"


@cache
def others(code: str) -> str:
    """Pattern that is found in a cell, as it was read, which says another currency than the one of this code."""
    own = CURRENCIES[code]
    signs = "".join(sign for sign in _SIGNS if sign not in own.signs and not (sign == "＄" and "$" in own.signs))
    rest = [currency for currency in _TABLE if currency.code != code]
    words = [word for currency in rest for word in currency.words if word not in own.words]
    letters = tuple(letter for currency in rest for letter in currency.letters)
    return "|".join((f"[{signs}]", _lettered(letters), *words, *((_YUAN,) if code != "CNY" else ())))


@cache
def marked_as(code: str) -> str:
    """Pattern that is found in a cell, as it was read, which says this currency."""
    own = CURRENCIES[code]
    signs = own.signs + ("＄" if "$" in own.signs else "")
    plain = (f"[{signs}]",) if signs else ()
    return "|".join((*plain, _lettered(own.letters), *own.words, *((_YUAN,) if code == "CNY" else ())))
