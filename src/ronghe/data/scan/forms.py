"""What one value looks like: one typed expression that gives the kind whose form it has, and a feature of it.

Forms with check digits are asked first. A value has one form only: eighteen digits that keep the rules of the citizen
identity number are not asked for Luhn's. Elements of `standards` are asked wherever there is one.
"""

from ronghe.data.scan.words import (
    COMPOUND_SURNAMES,
    ILLNESSES,
    NOT_IN_NAMES,
    PINYIN_SURNAMES,
    SURNAMES,
    SYLLABLE,
    TITLES,
    places,
)
from ronghe.standards.catalog import Catalog
from ronghe.standards.identifiers import PASSPORT_FORMS, PLATE_PROVINCES, USUAL_CITIZEN
from ronghe.standards.likely_names import given_names
from ronghe.standards.look_alikes import unmasked
from ronghe.tables import expressions as ops
from ronghe.tables.plan import Layer

__all__ = ["FEATURE", "FORM", "TIMES", "layers"]

FORM, FEATURE, TIMES = "form", "feature", "times"
VALUE, PLACE = ops.Column("value"), "place"
_ENDED = ops.Concat((ops.Column("raw"), ops.Literal(" ")))
"""The value with a space after it: patterns have no sign for the end of a text that every engine reads alike."""
RAW, BARE, LENGTH = ops.Column("raw"), ops.Column("bare"), ops.Column("length", ops.INTEGER)

_CARD = "62[0-9]{14,17}|4[0-9]{15}|5[1-5][0-9]{14}|2[2-7][0-9]{14}|3[47][0-9]{13}|35[0-9]{14}|9[0-9]{15,18}"
_CITIZEN = "[GLJ]?[0-9]{17}[0-9X]|[0-9]{15}"
"""The number of a citizen, or of a pupil: a letter and the citizen's number."""
_SOCIAL_SECURITY = "(?:00[1-9]|0[1-9][0-9]|[1-578][0-9]{2}|6(?:[0-57-9][0-9]|6[0-57-9]))-(?:0[1-9]|[1-9][0-9])-[0-9]{4}"
_DOCUMENT = "[^0-9]{1,20}[〔（(\\[【][12][0-9]{3}[〕）)\\]】](?:字)?第? ?[0-9]{1,6}号"
"""杭市监罚字〔2024〕12号: the number of an official document, which has the form of an address."""
_CREDIT = "[0-9ANY][0-9A-HJ-NPQRTUWXY]{17}"
_CITIZEN_RULES = ("birth_date", "region_prefix", "check_digit")
# The inner check digit is not asked: codes of before 2015 were taken over with their faults.
_COUNTRY = "(?:(?:[+]|00)?86)?"
_MOBILE = f"{_COUNTRY}0?1[3-9][0-9]{{9}}(?:[.]0)?"
_AREA = "(?:10|2[0-9]|[3-9][0-9]{2})"
_LANDLINE = f"(?:(?:[+]|00)?860?|0){_AREA}[2-8][0-9]{{6,7}}(?:(?:转|分机|[X#]|EXT)[0-9]{{1,6}})?"
_ABROAD = "[+][1-9][0-9]{7,14}"
_AMERICAN = "(?:[+]?1[ .-]?)?(?:[(][2-9][0-9]{2}[)] ?|[2-9][0-9]{2}[ .-])[2-9][0-9]{2}[ .-][0-9]{4}"
_PERMIT = "[HM](?:[0-9]{8}|[0-9]{10})|C[0-9A-Z][0-9]{7}|W[0-9]{8}|[HMT]?[0-9]{8}\\(?[0-9A-Z]?\\)?"
_OFFICER = "[军兵士文职警武海空北沈兰济南广成参政后装]{1,4}字?第?[0-9]{4,10}号?"
_PLATE = f"{PLATE_PROVINCES}[A-Z](?:[0-9A-Z]{{5,6}}|[0-9A-Z]{{4}}[警学挂港澳领试超])|使[0-9]{{6}}|[0-9]{{6}}使"
_MAC = "(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}|(?:[0-9A-Fa-f]{4}[.]){2}[0-9A-Fa-f]{4}"
_DAY = (
    "(?:1[89]|20)[0-9]{2}(?:[-/.年](?:0?[1-9]|1[0-2])[-/.月](?:0?[1-9]|[12][0-9]|3[01])日?"
    "|(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))(?:[ T]0{1,2}:00(?::00(?:[.]0+)?)?)?"
    "|[0-3]?[0-9][-/.][0-3]?[0-9][-/.](?:1[89]|20)[0-9]{2}"
)
_HAN = "[\u4e00-\u9fff\u3400-\u4dbf]"
_NAME = (
    f"(?:[{SURNAMES}]{_HAN}{{1,2}}|(?:{COMPOUND_SURNAMES}){_HAN}{{1,2}}|[{SURNAMES}][{SURNAMES}]{_HAN}{{2}}"
    f"|[{SURNAMES}]{_HAN}?[*＊○某]{{1,2}}{_HAN}?)"
)
_NAME_OF_OTHERS = f"{_HAN}{{1,8}}(?:[·•・]{_HAN}{{1,8}}){{1,3}}"
_UPPER, _LOWER = "A-ZÀ-ÖØ-ÞĀ-Ž", "a-zß-öø-ÿā-ž"
_OTHER_WORD = f"[{_UPPER}'’-]{{2,20}}|[{_UPPER}][.]?|[Dd][eia]|[Vv][ao]n"
_WORD = f"(?:[{_UPPER}][{_LOWER}]+(?:['’-]?[{_UPPER}][{_LOWER}]+)?|{_OTHER_WORD})"
_LATIN = f"(?:(?:{TITLES})[.]? )?{_WORD}(?:,? {_WORD}){{1,3}}(?:,? (?:Jr|Sr|MD|PhD|DDS|DVM|II|III|IV)[.]?)?"
_GIVEN = "(?:" + "|".join(sorted(given_names())) + ")"
_SYLLABLES = f"(?:{SYLLABLE}){{1,3}}"
_IN_PINYIN = f"^(?:{PINYIN_SURNAMES}),? (?:{_SYLLABLES} ){{1,2}}$|^{_SYLLABLES},? (?:{PINYIN_SURNAMES}) $"
_KNOWN_GIVEN = f"(?:^(?:(?:{TITLES})[.]? )?|, ){_GIVEN}[ ,-]".lower() + f"|{_IN_PINYIN}"

_WAY = "(?:路|街|巷|弄|大道|胡同|里|坊|庄|屯|苑|园|城|村|新村|小区|大厦|广场|公寓|花园|家园|社区|嘉园|道)"
_NUMBERED = "[0-9A-Za-z一二三四五六七八九十百零甲乙丙丁-]{1,9}(?:号|弄|栋|幢|座|楼|单元|室|组|层|队|户)"
_HAN_ADDRESS = (
    f"{_HAN}{_WAY}[^，。；]{{0,16}}{_NUMBERED}|{_HAN}[省市区县州旗]{_HAN}{{1,20}}[^，。；]{{0,20}}{_NUMBERED}"
    f"|{_HAN}(?:镇|乡|街道){_HAN}{{1,10}}(?:村|社区)|{_HAN}{_WAY}[0-9]{{1,5}}(?:-[0-9]{{1,5}}){{0,3}}"
)
_OF_PLACES = "[路街巷弄道同里坊庄屯苑园城村区厦场寓社省市县州旗镇乡]"
"""A character that every address has: cheaper to ask than the form of an address."""
_STREET = (
    "(?:Street|St|Road|Rd|Avenue|Ave|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Square|Sq|Highway|Hwy|Parkway|Pkwy|Way|"
    "Place|Pl|Terrace|Crescent|Close|Trail|Circle|Cir)"
)
_LATIN_ADDRESS = f"^[0-9]{{1,6}}[A-Za-z]? (?:[{_UPPER}0-9][{_LOWER}0-9'.-]* ){{1,4}}{_STREET}[^A-Za-z]"
_ORGANIZATION = "[^\\n]*(?:公司|集团|商店|超市|经营部|合作社|厂|中心|协会|委员会|医院|学校|大学|银行|支行)[）)]?"
_COORDINATES = (
    "[(\\[]?-?(?:1[0-7][0-9]|[1-9]?[0-9])[.][0-9]{3,12}[,，; ]{1,2}-?(?:1[0-7][0-9]|[1-9]?[0-9])[.][0-9]{3,12}[)\\]]?"
    "|(?:POINT ?\\()-?[0-9]{1,3}[.][0-9]+ -?[0-9]{1,3}[.][0-9]+\\)"
)
_DIGEST = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|(?:[0-9a-fA-F]{8}){4,8}|(?:[0-9a-fA-F]{32}){3,4}"
"""UUIDs and digests: texts that chance wrote, in which a run of digits says nothing."""
_MOST_BARE, _LONGEST_VALUE = 24, 120


def _less(limit: int) -> ops.Expression:
    return ops.Compare("<=", LENGTH, ops.Literal(limit, ops.INTEGER))


def _bare() -> ops.Expression:
    """A short value in capitals, without spaces, hyphens, brackets and the apostrophe of spreadsheets."""
    dropped = f"[{ops.WHITESPACE}'’()（）–—_·•-]+"
    coded = ops.Found(RAW, "[0-9*＊]|^[^A-Za-z][A-Za-z]{3}")
    return ops.Case(
        (
            (ops.Matches(RAW, "[0-9A-Z]{1,24}"), RAW),
            (ops.And((_less(2 * _MOST_BARE), coded)), ops.Upper(ops.Replace(RAW, dropped))),
        ),
        ops.Literal(""),
    )


def _checked() -> tuple[tuple[str, ops.Expression], ...]:
    """BARE once for each form with check digits, NULL where it has not the shape: sums cost nothing there."""
    citizen = ops.Case(
        ((ops.Compare("=", ops.Length(BARE), ops.Literal(19, ops.INTEGER)), ops.Slice(BARE, 2, 18)),), BARE
    )
    shapes = {"citizen_id": (_CITIZEN, citizen), "unified_credit_code": (_CREDIT, BARE), "bank_card": (_CARD, BARE)}
    return tuple((code, ops.Case(((ops.Matches(BARE, shape), value),))) for code, (shape, value) in shapes.items())


def _plainer(expression: ops.Expression, code: str) -> ops.Expression:
    """An expression of an element, asked of the column `code` that `_checked` made."""
    text = ops.Column(code)
    # The pattern of all regions takes longer to compile than most tables to read, and only saves what follows it.
    short_cut, never = ops.Matches(text, USUAL_CITIZEN), ops.Literal(False, ops.BOOLEAN)
    return ops.exchange(ops.substitute(expression, {"raw": text, "text": text}), short_cut, never)


def _read(catalog: Catalog) -> tuple[tuple[str, ops.Expression], ...]:
    """What each element with check digits reads, once: its rules name it several times, and planning takes time."""
    return tuple((f"{code}_read", _plainer(catalog.get(code).value, code)) for code, _ in _checked())


def _valid(catalog: Catalog, code: str, *rules: str) -> ops.Expression:
    """What `_read` made of the column `code` keeps these rules of the element."""
    value = ops.Column(f"{code}_read")
    asked = [check.holds for check in catalog.get(code).checks if check.rule in rules]
    kept = [_plainer(ops.substitute(rule, {"value": value}), code) for rule in asked]
    never = ops.Literal(False, ops.BOOLEAN)
    return ops.Case(((ops.Not(ops.IsNull(value)), ops.Holds(ops.And(tuple(kept)))),), never)


def _person() -> ops.Expression:
    joined = ops.Column("joined")
    name = ops.Matches(joined, f"{_NAME}|{_NAME_OF_OTHERS}")
    strange = ops.Or((ops.Found(joined, f"[{NOT_IN_NAMES}]"), ops.Matches(joined, f"{_HAN}{{2,3}}[局厅处县区镇乡]")))
    ordinary = ops.Not(strange)
    spaced = ops.Found(RAW, f"[{ops.WHITESPACE}]")
    closed = ops.Case(((spaced, ops.Replace(RAW, f"[{ops.WHITESPACE}]+")),), RAW)
    return ops.Let("joined", closed, ops.And((name, ordinary)))


def _branches(catalog: Catalog) -> tuple[tuple[ops.Expression, ops.Expression], ...]:
    forms: tuple[tuple[ops.Expression, str], ...] = (
        (_valid(catalog, "citizen_id", *_CITIZEN_RULES), "citizen_id"),
        (_valid(catalog, "unified_credit_code", "check_digit"), "unified_credit_code"),
        (ops.Matches(BARE, _MOBILE), "mobile"),
        (_valid(catalog, "bank_card", "luhn"), "bank_card"),
        (ops.Matches(BARE, _LANDLINE), "landline"),
        (ops.Matches(BARE, _ABROAD), "mobile"),
        (ops.Matches(RAW, _AMERICAN), "landline"),
        (ops.Matches(BARE, "|".join(PASSPORT_FORMS)), "passport"),
        (ops.Matches(BARE, _PLATE), "plate"),
        (ops.Matches(RAW, _DAY), "date"),
        (ops.And((_less(12), ops.Matches(RAW, _SOCIAL_SECURITY))), "person_number"),
        (ops.Matches(BARE, _PERMIT), "travel_permit"),
        (ops.Matches(BARE, "[1-9][0-9]{11,18}"), "long_number"),
        (ops.Matches(BARE, _OFFICER), "officer_card"),
        (ops.Matches(RAW, _MAC), "mac_address"),
        (_of(catalog, "ip_address", "[0-9a-fA-F:.]{3,45}"), "ip_address"),
        (_of(catalog, "email", "[!-~]{1,64}@[!-~]{3,190}"), "email"),
        (ops.Matches(RAW, _COORDINATES), "location"),
        (ops.Matches(RAW, "wxid_[0-9a-z]{6,24}"), "instant_messaging"),
        (ops.Matches(RAW, "[+-]?[0-9.,:/% -]+"), "number"),
        (ops.And((_less(40), ops.Matches(RAW, _DOCUMENT))), "document"),
        (ops.Matches(RAW, _DIGEST), "digest"),
        (ops.Compare(">", LENGTH, ops.Literal(_LONGEST_VALUE, ops.INTEGER)), "long_text"),
        (ops.And((_less(4), ops.Matches(RAW, "|".join(places())))), "place"),
        (ops.And((_less(24), _person())), "person_name"),
        (ops.Matches(RAW, _ORGANIZATION), "organization"),
        (ops.And((_less(60), ops.Matches(RAW, _LATIN))), "person_name_latin"),
        (ops.And((ops.Found(RAW, _OF_PLACES), ops.Found(RAW, _HAN_ADDRESS))), "address"),
        (ops.Found(_ENDED, _LATIN_ADDRESS), "address"),
        (ops.Found(ops.Lower(RAW), f"(?:{ILLNESSES})"), "medical"),
    )
    return tuple((condition, ops.Literal(code)) for condition, code in forms)


def _of(catalog: Catalog, code: str, shape: str) -> ops.Expression:
    value = ops.substitute(catalog.get(code).value, {"raw": RAW, "text": RAW})
    read = ops.Holds(ops.Not(ops.IsNull(value)))
    return ops.Case(((ops.Matches(RAW, shape), read),), ops.Literal(False, ops.BOOLEAN))


def _feature() -> ops.Expression:
    """What varies between people and not between series: the letter of passports, the year of days, the surname; of
    citizen identity numbers the year of birth, nothing of the old ones, which have no check digit."""
    form = ops.Column(FORM)

    def when(code: str, then: ops.Expression) -> tuple[ops.Expression, ops.Expression]:
        return ops.Compare("=", form, ops.Literal(code)), then

    given = ops.Case(((ops.Found(ops.Lower(_ENDED), _KNOWN_GIVEN), ops.Literal("given")),), ops.Literal(""))
    return ops.Case(
        (
            when(
                "citizen_id",
                ops.Case(
                    ((ops.Compare("=", ops.Slice(BARE, 18, 1), ops.Literal("")), ops.Literal("")),),
                    ops.Slice(BARE, 7, 4),
                ),
            ),
            when("passport", ops.Slice(BARE, 1, 1)),
            when("date", ops.Extract(RAW, "((?:1[89]|20)[0-9]{2})")),
            when("mobile", ops.Extract(BARE, "(1[3-9][0-9])[0-9]{8}(?:[.]0)?")),
            when("ip_address", ops.Slice(RAW, 1, 2)),
            when("person_name", ops.Slice(RAW, 1, 1)),
            when("person_name_latin", given),
            when("bank_card", ops.Slice(BARE, 1, 2)),
        ),
        ops.Literal(""),
    )


def layers(catalog: Catalog) -> tuple[Layer, ...]:
    """The layers that read distinct values: columns place, value and times stay, `form` and `feature` come."""
    kept = (PLACE, VALUE.name, TIMES)
    folded, measured = (*kept, RAW.name), (*kept, RAW.name, LENGTH.name)
    checked, read = _checked(), _read(catalog)
    return (
        Layer(((RAW.name, ops.Trim(unmasked(VALUE))),), kept),
        Layer(((LENGTH.name, ops.Length(RAW)),), folded),
        Layer(((BARE.name, _bare()),), measured),
        Layer(checked, (*measured, BARE.name)),
        Layer(read, (*measured, BARE.name, *(code for code, _ in checked))),
        Layer(
            ((FORM, ops.Case(_branches(catalog), ops.Literal(""))),),
            (*measured, BARE.name, *(code for code, _ in (*checked, *read))),
        ),
        Layer(((FEATURE, _feature()),), (*measured, FORM)),
    )
