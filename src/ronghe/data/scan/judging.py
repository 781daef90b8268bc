"""Whether a piece of text is what it looks like: check digits first, then the words before it."""

import re
from collections.abc import Callable, Mapping

from ronghe.data.scan.words import EVERYDAY, NOT_IN_NAMES
from ronghe.standards.catalog import catalog

__all__ = ["judged"]

_BARE = re.compile("[^0-9A-Za-z+]")
_CITIZEN_RULES = ("birth_date", "region_prefix", "check_digit")
_CARD = re.compile(
    "(?:62[0-9]{10,17}|4[0-9]{12,18}|5[0-9]{12,18}|2[2-7][0-9]{14}|3[0-9]{11,15}|6[0-9]{11,18}|[19][0-9]{14,18})"
)
_MOBILE = re.compile(r"(?:(?:\+|00)?86)?0?1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"(?:\+?86|0)?(?:10|2[0-9]|[3-9][0-9]{2})[2-8][0-9]{6,7}")
_ABOUT_CARD = re.compile("卡|账号|帐号|账户|card|account|credit|visa|amex|\\bcc\\b", re.IGNORECASE)
_ABOUT_PHONE = re.compile(
    "电话|手机|联系|号码|拨打|微信|座机|phone|call|tel|mobile|fax|contact|number|reach|dial|text|cell|ext|"
    "desk|office|message",
    re.IGNORECASE,
)
_ABOUT_ID = re.compile("身份|证件|公民|[Ii][Dd]")
_ABOUT_PASSPORT = re.compile("护照|passport", re.IGNORECASE)
_ABOUT_PERMIT = re.compile("通行证|台胞|回乡|居留|permit", re.IGNORECASE)
_ABOUT_BIRTH = re.compile("出生|生于|生日|born|birth|dob", re.IGNORECASE)
_ABOUT_SSN = re.compile("ssn|social", re.IGNORECASE)
_ABOUT_LICENCE = re.compile(r"licen[cs]e|driver|驾驶证|驾照", re.IGNORECASE)
_ORDER = re.compile("单号|订单|编号|流水|文号|批号|案号|金额|invoice|tracking", re.IGNORECASE)
_JUST_BEFORE = 6
_MONEY = re.compile(r"[￥¥$€£] ?$|金额|价格|元$")


def _valid(code: str, text: str, *rules: str) -> bool:
    read = catalog().get(code).read(text)
    return read.value is not None and not (set(rules) & {*read.broken, *read.warnings})


def _luhn(digits: str) -> bool:
    total = sum(int(d) if place % 2 == 0 else sum(divmod(2 * int(d), 10)) for place, d in enumerate(reversed(digits)))
    return total % 10 == 0


_GROUPS_OF_DIGITS = re.compile(
    r"(?:\([0-9]{2,4}\) ?|[0-9]{2,4}[ .-]{1,3})[0-9]{2,4}(?:[ .-][0-9]{2,4}){1,4}(?:x[0-9]{1,6}|ext.*)?"
)


def _phone(piece: str, bare: str, before: str) -> str:
    digits = bare.lstrip("+")
    if _MOBILE.fullmatch(bare):
        return "mobile"
    if _LANDLINE.fullmatch(bare) and bare.startswith(("0", "+86")):
        return "landline"
    if not 7 <= len(digits) <= 15 or re.fullmatch(r"[0-9]+\.[0-9]+", piece) or _MONEY.search(before[-4:]):
        return ""
    if bare.startswith("+") or _ABOUT_PHONE.search(before):
        return "landline"
    # Digits in groups are written by people: numbers of things stand in one piece.
    looks = _GROUPS_OF_DIGITS.fullmatch(piece)
    return "landline" if looks and len(digits) >= 8 else ""


def _citizen(bare: str, before: str) -> bool:
    """True for a number with the rules of GB 11643, or of its length where the words before it say what it is."""
    if len(bare) == 18:
        return bool(_ABOUT_ID.search(before)) or _valid("citizen_id", bare, *_CITIZEN_RULES)
    # Fifteen digits have no check digit: one in a hundred numbers passes, and cards of that length exist.
    old = len(bare) == 15 and bare.isdigit() and _valid("citizen_id", bare, *_CITIZEN_RULES)
    return old and (bool(_ABOUT_ID.search(before)) or not _luhn(bare))


def _card(bare: str, before: str) -> bool:
    if not bare.isdigit() or not 12 <= len(bare) <= 19:
        return False
    return bool(_ABOUT_CARD.search(before)) or bool(_CARD.fullmatch(bare) and _luhn(bare))


def _number_of_a_person(piece: str, bare: str, before: str) -> bool:
    social = re.fullmatch("[0-9]{3}[- ][0-9]{2}[- ][0-9]{4}", piece) or (len(bare) == 9 and _ABOUT_SSN.search(before))
    return bool(social) or bool(_ABOUT_LICENCE.search(before) and 6 <= len(bare) <= 14)


def judged_number(piece: str, before: str) -> str:
    """The kind of a run of digits with signs between; `before` is what stands in front of it. "" for none."""
    core = re.split("转|ext|(?<=[0-9])x(?=[0-9])", piece)[0]
    bare = _BARE.sub("", core).upper()
    if not bare.startswith("+") and _citizen(bare, before):
        return "citizen_id"
    if not bare.lstrip("+").isdigit() or _ORDER.search(before[-_JUST_BEFORE:]):
        return ""
    if _card(bare, before):
        return "bank_card"
    return "person_number" if _number_of_a_person(piece, bare, before) else _phone(piece, bare, before)


def _ip(piece: str, _before: str) -> str:
    return "ip_address" if all(int(part) < 256 for part in piece.split(".")) else ""


def _letters(piece: str, before: str) -> str:
    bare = piece.replace("-", "").upper()
    if _ABOUT_PASSPORT.search(before):
        return "passport" if re.fullmatch("[A-Z]{1,2}[0-9]{6,8}", bare) else ""
    if _ABOUT_PERMIT.search(before):
        return "travel_permit"
    return "person_number" if _ABOUT_LICENCE.search(before) else ""


_NOT_IN_NAMES = re.compile(f"[{NOT_IN_NAMES}]")


def _name(piece: str, _before: str) -> str:
    return "" if _NOT_IN_NAMES.search(piece) or piece[:2] in EVERYDAY else "person_name"


def _code18(piece: str, before: str) -> str:
    bare = piece.upper()
    if bare[:17].isdigit() and bare[17] in "0123456789X" and _citizen(bare, before):
        return "citizen_id"
    if _valid("unified_credit_code", bare, "check_digit"):
        return "unified_credit_code"
    return judged_number(piece, before) if bare.isdigit() else ""


def _pupil(piece: str, before: str) -> str:
    return "citizen_id" if _citizen(piece[1:].upper(), before) else ""


_IBAN_CODES = (
    "AD AE AL AT AZ BA BE BG BH BR BY CH CR CY CZ DE DK DO EE EG ES FI FO FR GB GE GI GL GR GT HR HU IE "
    "IL IQ IS IT JO KW KZ LB LC LI LT LU LV LY MC MD ME MK MR MT MU NL NO PK PL PS PT QA RO RS SA SC SE "
    "SI SK SM ST SV TL TN TR UA VA VG XK "
)
_IBAN_COUNTRIES = frozenset(_IBAN_CODES.split())
"""ISO 13616: who has IBANs. Without it one code in ninety-seven of any make would be one."""


def _iban(piece: str, _before: str) -> str:
    bare = piece.replace(" ", "").upper()
    if bare[:2] not in _IBAN_COUNTRIES:
        return ""
    return "bank_card" if int("".join(str(int(sign, 36)) for sign in bare[4:] + bare[:4])) % 97 == 1 else ""


def _day(_piece: str, before: str) -> str:
    return "birth_date" if _ABOUT_BIRTH.search(before) else ""


_SURE = {
    "email": "email",
    "url": "url",
    "plate": "plate",
    "mac": "mac_address",
    "ip6": "ip_address",
    "spot": "address",
    "street": "address",
    "titled": "person_name",
    "given": "person_name",
    "illness": "medical",
    "position": "location",
    "sum": "financial",
    "debt": "financial",
    "handle": "instant_messaging",
    "called": "person_name",
}

_JUDGED: Mapping[str, Callable[[str, str], str]] = {
    "number": judged_number,
    "ip": _ip,
    "iban": _iban,
    "code18": _code18,
    "pupil": _pupil,
    "letter_code": _letters,
    "day": _day,
    "after": _name,
    "acting": _name,
}


def judged(group: str, piece: str, before: str) -> str:
    """The kind of a piece that a group of `pieces.PIECES` cut out, after the words before it; "" for none."""
    return _SURE.get(group) or _JUDGED[group](piece, before)
