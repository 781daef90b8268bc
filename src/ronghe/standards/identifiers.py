"""Identifiers of people, organizations and things, with their check digits."""

import datetime as dt

from ronghe.messages import Bilingual
from ronghe.standards import regions
from ronghe.standards.births import born_by
from ronghe.standards.element import RAW, TEXT, VALUE, Check, Element
from ronghe.standards.folding import code_text
from ronghe.standards.synonyms import synonyms
from ronghe.tables import expressions as ops
from ronghe.tables.alternatives import alternatives

__all__ = ["ELEMENTS", "bank_card", "citizen_id", "organization_code", "passport", "plate", "unified_credit_code"]

CODE = VALUE(ops.TEXT)
DASHES = "\\-–—"

GB_11643_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
GB_11643_CHECKS = "10X98765432"
MOD_11_ALPHABET = "0123456789X"
GB_32100_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
GB_32100_WEIGHTS = tuple(3**place % 31 for place in range(17))
GB_11714_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
GB_11714_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)

# Provinces of GB/T 2260, and 81, 82, 83 of the residence permits for people from Hong Kong, Macau and Taiwan.
PROVINCES = tuple(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split()  # noqa: SIM905 - a list of texts would fill a page
)
RESIDENCE_PERMIT_TAIWAN = "830000"
# Organizations that the State Council's departments registered.
REGISTERED_NATIONALLY = "100000"

_YEAR = "(?:1[89]|[2-9][0-9])[0-9]{2}"
_LEAP_CENTURY = "(?:2[048]|3[26]|4[048]|5[26]|6[048]|7[26]|8[048]|9[26])00"
_LEAP_YEAR = f"(?:(?:1[89]|[2-9][0-9])(?:0[48]|[2468][048]|[13579][26])|{_LEAP_CENTURY})"
_DAY = "(?:0[13578]|1[02])(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)(?:0[1-9]|[12][0-9]|30)|02(?:0[1-9]|1[0-9]|2[0-8])"
DAY_SINCE_1800 = f"(?:{_YEAR}(?:{_DAY})|{_LEAP_YEAR}0229)"
"""Pattern of the days of the Gregorian calendar from 18000101 on."""
_PLACE = alternatives((*(code for code, _ in regions.every_code()), RESIDENCE_PERMIT_TAIWAN))
USUAL_CITIZEN = f"{_PLACE}{DAY_SINCE_1800}[0-9]{{3}}[0-9X]"
"""Citizen identity numbers that keep every rule but the check digit: one question answers them all."""


def _number(value: int) -> ops.Expression:
    return ops.Literal(value, ops.INTEGER)


def _divides(total: ops.Expression, modulus: int, rest: int = 0) -> ops.Expression:
    return ops.Compare("=", ops.Arithmetic("%", total, _number(modulus)), _number(rest))


def _known_region(six_digits: ops.Expression, also: str) -> ops.Expression:
    known = ops.Not(ops.IsNull(ops.Lookup(six_digits, regions.every_code())))
    return ops.Or((ops.Compare("=", six_digits, ops.Literal(also)), known))


def _citizen_check(seventeen: ops.Expression) -> ops.Expression:
    remainder = ops.Arithmetic("%", ops.WeightedSum(seventeen, GB_11643_WEIGHTS), _number(11))
    return ops.Lookup(
        ops.TextOf(remainder, ops.INTEGER), tuple((str(rest), check) for rest, check in enumerate(GB_11643_CHECKS))
    )


def _from_fifteen(text: ops.Expression) -> ops.Expression:
    seventeen = ops.Concat((ops.Slice(text, 1, 6), ops.Literal("19"), ops.Slice(text, 7, 9)))
    return ops.Concat((seventeen, _citizen_check(seventeen)))


def _asked_already(rule: ops.Expression) -> ops.Expression:
    """A rule that every number of the usual form keeps: whether it has that form is known from its cleaning."""
    return ops.Case(((ops.Matches(RAW, USUAL_CITIZEN), ops.ALWAYS),), otherwise=rule)


def _citizen_checks() -> tuple[Check, ...]:
    # A pattern takes half the time of a date that is put together, parsed and compared.
    born = _asked_already(ops.Matches(CODE, f"[0-9]{{6}}{DAY_SINCE_1800}[0-9]{{3}}[0-9X]"))
    # The check digit has weight 1, X counts as 10, and the whole sum leaves 1.
    last = ops.WeightedSum(ops.Slice(CODE, 18, 1), (1,), MOD_11_ALPHABET)
    total = ops.Arithmetic("+", ops.WeightedSum(CODE, GB_11643_WEIGHTS), last)
    return (
        Check("birth_date", born),
        Check("region_prefix", _asked_already(ops.IsIn(ops.Slice(CODE, 1, 2), PROVINCES))),
        Check("region_code", _asked_already(_known_region(ops.Slice(CODE, 1, 6), RESIDENCE_PERMIT_TAIWAN)), "warning"),
        Check("check_digit", _divides(total, 11, 1)),
    )


def citizen_id(as_of: dt.date | None = None) -> Element:
    """The citizen identity number (GB 11643-1999), and the residence permits that share its form.

    The value has 18 characters; the 15 digits issued before 1999 get their century and their check digit. A birth on no
    real day or before 1800 breaks `birth_date`, one after `as_of` breaks `future_birth`. That the first six digits
    never were a code of GB/T 2260 is a warning, since lists of old codes are never complete.
    """
    element = Element(
        code="citizen_id",
        name=Bilingual("公民身份号码", "Citizen identity number"),
        synonyms=synonyms(
            "证件号 证件号码",
            "身份证号 身份证号码 身份证 公民身份证号 公民身份证号码 居民身份证号 居民身份证号码 居民身份证 身份号码",
            "身份证件号 身份证件号码 公民身份号 二代身份证号 本人身份证号 户主身份证号 法人身份证号",
            "法定代表人身份证号 配偶身份证号 监护人身份证号 申请人身份证号 男方身份证号 女方身份证号",
            "户主公民身份号码",
            "法定代表人公民身份号码 监护人公民身份号码",
            "sfzh sfzhm sfz gmsfhm gmsfzh gmsfzhm sfzjhm sfhm idcard id_card_no id_card_number idcard_no",
            "identity_card citizen_id citizen_no identity_number idno national_id resident_id cert_no",
            "person_id_number",
        ),
        type=ops.TEXT,
        clean=code_text(RAW, USUAL_CITIZEN),
        value=ops.Case(
            (
                (ops.Matches(RAW, USUAL_CITIZEN), TEXT),
                (ops.Matches(TEXT, "[0-9]{17}[0-9X]"), TEXT),
                (ops.Matches(TEXT, "[0-9]{15}"), _from_fifteen(TEXT)),
            )
        ),
        source="GB 11643-1999",
        form=Bilingual("18 位，末位可为 X；或 15 位旧号码", "18 digits, the last may be X; or the old 15 digits"),
        checks=_citizen_checks(),
        sensitivity="personal",
        examples=("11010519491231002X", "440308199901101512", "11010519491231002x", "110105491231002"),
        options=(("as_of", as_of.isoformat() if as_of else ""),),
        birth=ops.Slice(CODE, 7, 8),
    )
    return born_by(element, as_of)


def _organization_check(nine: ops.Expression) -> ops.Expression:
    last = ops.Slice(nine, 9, 1)
    total = ops.Arithmetic(
        "+",
        ops.WeightedSum(nine, GB_11714_WEIGHTS, GB_11714_ALPHABET),
        ops.WeightedSum(last, (1,), MOD_11_ALPHABET),
    )
    return ops.And((ops.Matches(last, "[0-9X]"), _divides(total, 11)))


def unified_credit_code() -> Element:
    """The unified social credit code of organizations (GB 32100-2015) with the GB 11714 code in places 9 to 17."""
    alphabet = "[0-9A-HJ-NPQRTUWXY]"
    total = ops.WeightedSum(CODE, (*GB_32100_WEIGHTS, 1), GB_32100_ALPHABET)
    return Element(
        code="unified_credit_code",
        name=Bilingual("统一社会信用代码", "Unified social credit code"),
        synonyms=synonyms(
            "社会信用代码 统一信用代码 信用代码 统一代码 法人代码 法人统一社会信用代码 纳税人识别号 统一社会信用编码",
            "社会统一信用代码 企业统一社会信用代码 单位统一社会信用代码 税号 机构信用代码 用人单位统一社会信用代码",
            "用人单位信用代码 经营者统一社会信用代码 主体代码 企业信用代码",
            "tyshxydm shxydm tyxydm xydm nsrsbh qyxydm uscc usci usc_code credit_code social_credit_code",
            "unified_code",
            "taxpayer_id unified_social_credit_code unified_social_credit_identifier uniscid tax_id",
        ),
        type=ops.TEXT,
        clean=code_text(RAW, "[0-9A-Z]{18}", DASHES),
        value=ops.Case(((ops.Matches(TEXT, f"[1-9ANY]{alphabet}{{17}}"), TEXT),)),
        source="GB 32100-2015",
        form=Bilingual("18 位数字或大写字母，不含 I O S V Z", "18 digits and capitals, without I O S V Z"),
        checks=(
            Check("check_digit", _divides(total, 31)),
            Check("inner_check_digit", _organization_check(ops.Slice(CODE, 9, 9))),
            Check("region_code", _known_region(ops.Slice(CODE, 3, 6), REGISTERED_NATIONALLY), "warning"),
        ),
        sensitivity="organization",
        examples=("91110000600037341L", "91110000600037341l", "９１１１００００６０００３７３４１Ｌ"),
    )


def organization_code() -> Element:
    """The organization code used before 2015 (GB 11714-1997); the value has nine characters and no hyphen."""
    return Element(
        code="organization_code",
        name=Bilingual("组织机构代码", "Organization code"),
        synonyms=synonyms(
            "机构代码 组织机构代码证号 组织机构代码号 企业组织机构代码 单位组织机构代码 组织代码",
            "zzjgdm jgdm zzdm org_code organization_code organisation_code orgcode",
        ),
        type=ops.TEXT,
        clean=code_text(RAW, "[0-9A-Z]{9}", DASHES),
        value=ops.Case(((ops.Matches(TEXT, "[0-9A-Z]{8}[0-9X]"), TEXT),)),
        source="GB 11714-1997",
        form=Bilingual("8 位数字或大写字母加 1 位校验码，可有连字符", "8 digits or capitals and a check character"),
        checks=(Check("check_digit", _organization_check(CODE)),),
        sensitivity="organization",
        examples=("60003734-1", "600037341", "D2143569-X"),
    )


def _luhn(longest: int) -> ops.Expression:
    """Luhn's check of up to `longest` digits, 19 at most: zeros in front change no sum, so one length serves for all.

    The last 18 at once: so many fit into an integer.
    """
    weights = tuple(2 if (longest - place) % 2 == 0 else 1 for place in range(longest))
    filled = ops.Ending(ops.Concat((ops.Literal("0" * longest), CODE)), longest)
    first = ops.WeightedSum(ops.Slice(filled, 1, longest - 18), weights[:-18], fold=True)
    rest = ops.WeightedSum(ops.Slice(filled, longest - 17, 18), weights[-18:], fold=True)
    return _divides(ops.Arithmetic("+", first, rest), 10)


def bank_card() -> Element:
    """The number of a bank card or account; that Luhn's check holds is a warning, since old accounts have none."""
    return Element(
        code="bank_card",
        name=Bilingual("银行卡号", "Bank card number"),
        synonyms=synonyms(
            "银行账号 银行帐号 银行卡 卡号 账号 帐号 银行卡账号 开户账号 收款账号 工资卡号 社保卡银行账号 一卡通账号",
            "惠农卡号 银行账户 补贴账号 发放账号 开户行账号",
            "yhkh yhzh khzh bank_card bank_card_no card_no bank_account bank_account_no account_no account_number",
            "card_number",
        ),
        type=ops.TEXT,
        clean=code_text(RAW, "[0-9]{13,19}", DASHES),
        value=ops.Case(((ops.Matches(TEXT, "[1-9][0-9]{12,18}"), TEXT),)),
        source="GB/T 14504, ISO/IEC 7812-1",
        form=Bilingual("13 至 19 位数字", "13 to 19 digits"),
        checks=(Check("luhn", _luhn(19), "warning"),),
        sensitivity="sensitive",
        examples=("4111111111111111", "4111 1111 1111 1111", "6222021111111111112"),
    )


PLATE_PROVINCES = "[京津沪渝冀晋蒙辽吉黑苏浙皖闽赣鲁豫鄂湘粤桂琼川贵云藏陕甘青宁新]"
_LETTER, _SIGN = "[A-HJ-NP-Z]", "[0-9A-HJ-NP-Z]"
PLATE_FORMS = (
    f"{PLATE_PROVINCES}{_LETTER}{_SIGN}{{5}}",
    f"{PLATE_PROVINCES}{_LETTER}([A-HJK]{_SIGN}[0-9]{{4}}|[0-9]{{5}}[A-HJK])",
    f"{PLATE_PROVINCES}[A-HJ-Z]{_SIGN}{{4}}[警学挂港澳领试超]",
    "使[0-9]{6}",
    "[0-9]{6}使",
)


def plate() -> Element:
    """The plate of a road vehicle (GA 36-2018): ordinary, new energy, police, trailer, learner, Hong Kong, embassy."""
    forms = "|".join(PLATE_FORMS)
    return Element(
        code="plate",
        name=Bilingual("机动车号牌号码", "Vehicle plate number"),
        synonyms=synonyms(
            "车牌 车牌号 车牌号码 号牌 号牌号码 机动车号牌 车辆号牌 车辆牌照 牌照号 车号 机动车牌号 车辆牌号",
            "公务车牌号 车牌照 运输车辆车牌号",
            "cphm cph hphm clhp plate plate_no plate_number license_plate licence_plate car_no vehicle_no car_plate",
        ),
        type=ops.TEXT,
        clean=code_text(RAW, f"{PLATE_PROVINCES}[A-Z][0-9A-Z]{{5,6}}", "\\-·•・."),
        value=ops.Case(((ops.Matches(TEXT, forms), TEXT),)),
        source="GA 36-2018",
        form=Bilingual("省份简称、字母和 5 位（新能源 6 位）", "province, letter and 5 signs (new energy: 6)"),
        sensitivity="personal",
        examples=("京A12345", "京a·12345", "粤BD12345", "沪A1234警"),
    )


PASSPORT_FORMS = (
    "[EG][0-9]{8}",
    "E[A-HJ-NP-Z][0-9]{7}",
    "[DSP][0-9]{7,8}",
    "[DSP]E[0-9]{7}",
    "[HK][0-9]{8}",
    "M[AB]?[0-9]{7,8}",
    "1[45][0-9]{7}",
)


def passport() -> Element:
    """The number of a Chinese passport: ordinary, diplomatic, service, for public affairs, Hong Kong, Macau."""
    return Element(
        code="passport",
        name=Bilingual("护照号码", "Passport number"),
        synonyms=synonyms(
            "护照 护照号 普通护照号码 中国护照号码 因私护照号 护照编号",
            "hzhm hzh passport passport_no passport_number",
        ),
        type=ops.TEXT,
        clean=code_text(RAW, "[A-Z]{1,2}[0-9]{7,8}"),
        value=ops.Case(((ops.Matches(TEXT, "|".join(PASSPORT_FORMS)), TEXT),)),
        source="GA/T 1180, ICAO Doc 9303",
        form=Bilingual("E 或 G 加 8 位等，如 E12345678", "E or G and 8 digits and the like: E12345678"),
        sensitivity="personal",
        examples=("E12345678", "EA1234567", "g12345678", "PE1234567"),
    )


ELEMENTS: tuple[Element, ...] = (
    citizen_id(),
    unified_credit_code(),
    organization_code(),
    bank_card(),
    plate(),
    passport(),
)
