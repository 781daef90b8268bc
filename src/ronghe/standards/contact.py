"""Telephone numbers and postcodes, in one written form each."""

from ronghe.messages import Bilingual
from ronghe.standards.element import RAW, TEXT, Check, Element
from ronghe.standards.folding import folded
from ronghe.standards.synonyms import synonyms
from ronghe.tables import expressions as ops
from ronghe.terms import InputError

__all__ = ["COUNTRIES", "ELEMENTS", "postcode"]

_SPACES = f"{ops.WHITESPACE}().\\-–—_"
_GAP = f"[{_SPACES}]*"
_JOINT = f"[{ops.WHITESPACE}.\\-–—]?"

_MOBILE = "1[3-9][0-9]{9}"
_ODD_MOBILE = f"{_GAP}(?:(?:[+]|00){_GAP}86|86|0)?{_GAP}1{_GAP}[3-9](?:{_GAP}[0-9]){{9}}{_GAP}"
_SHORT = "95[0-9]{3,6}|96[0-9]{3,4}|12[0-9]{3}|11[0-9]|12[0-2]|100[0-9]{2}"
_SPECIAL = "[48]00[0-9]{7}"
_ODD_SPECIAL = f"[48]00(?:{_JOINT}[0-9]){{7}}"
_LOCAL = "[2-8][0-9]{6,7}"
_FOREIGN = f"(?:[+]|00){_GAP}(?:[1-79]{_GAP}[0-9]|8{_GAP}[0-57-9])(?:{_GAP}[0-9]){{5,13}}"
_LONG_DISTANCE = f"{_GAP}(?:(?:[+]|00){_GAP}86{_GAP}0?{_GAP}|0)"
_EXTENSION = "(?:[ ]?(?:转|轉|分机|[Ee][Xx][Tt][.]?|[Xx#,]|[-–—])[ ]?([0-9]{1,6}))?"
# Beijing, the municipalities and a few large cities have codes of two digits after the 0, and eight after the code.
_METROPOLIS = f"{_LONG_DISTANCE}(10|2[0-9]){_GAP}([2-8][0-9]{{3}}{_JOINT}[0-9]{{4}}){_EXTENSION}"
_ELSEWHERE = f"{_LONG_DISTANCE}([3-9][0-9]{{2}}){_GAP}([2-8][0-9]{{2,3}}{_JOINT}[0-9]{{4}}){_EXTENSION}"

_USUAL_LANDLINE = "0(?:10|2[0-9])-[2-8][0-9]{7}|0[3-9][0-9]{2}-[2-8][0-9]{6,7}"

_USUAL_PHONE = f"{_MOBILE}|{_USUAL_LANDLINE}|{_SPECIAL}|{_SHORT}|{_LOCAL}"
_DIGITS = ops.Replace(TEXT, "[^0-9]")


def _cleaned(usual: str) -> ops.Expression:
    return ops.Case(((ops.Matches(RAW, usual), RAW),), ops.Trim(folded(RAW)))


def _landline(pattern: str) -> ops.Expression:
    """`010-65529988`, with `-801` after it for an extension."""
    area, number, extension = (ops.Extract(TEXT, f"^{pattern}", group) for group in (1, 2, 3))
    after = ops.Case(
        ((ops.Compare("=", extension, ops.Literal("")), ops.Literal("")),), ops.Concat((ops.Literal("-"), extension))
    )
    return ops.Concat((ops.Literal("0"), area, ops.Literal("-"), ops.Replace(number, "[^0-9]"), after))


_MOBILE_FORMS = (
    (ops.Matches(TEXT, _MOBILE), TEXT),
    (ops.Matches(TEXT, f"{_MOBILE}[.]0"), ops.Slice(TEXT, 1, 11)),
    # Whatever stands before them, the last eleven digits are the number.
    (ops.Matches(TEXT, _ODD_MOBILE), ops.Ending(_DIGITS, 11)),
)
_LANDLINE_FORMS = (
    (ops.Matches(TEXT, _USUAL_LANDLINE), TEXT),
    (ops.Matches(TEXT, _METROPOLIS), _landline(_METROPOLIS)),
    (ops.Matches(TEXT, _ELSEWHERE), _landline(_ELSEWHERE)),
)
_USUAL_PHONES = ((ops.Matches(TEXT, _USUAL_PHONE), TEXT),)
_OTHER_FORMS = (
    (ops.Matches(TEXT, f"{_ODD_SPECIAL}|[2-8][0-9]{{2,3}}[- ][0-9]{{4}}"), _DIGITS),
    (ops.Matches(TEXT, _FOREIGN), ops.Concat((ops.Literal("+"), ops.Replace(_DIGITS, "^00")))),
)

COUNTRIES = ("cn", "us", "any")
_POSTCODES = {
    "cn": ("[0-9]{6}", "6 位数字", "6 digits"),
    "us": ("[0-9]{5}(?:-?[0-9]{4})?", "5 位或 5-4 位数字", "5 digits, or 5 and 4 with a hyphen"),
    "any": ("[0-9A-Z][0-9A-Z -]{1,9}", "2 至 10 个字母、数字", "2 to 10 letters and digits"),
}
_POSTCODE_EXAMPLES = {
    "cn": ("100080", "１０００８０"),
    "us": ("94103", "94103-1234", "941031234"),
    "any": ("SW1A 1AA", "75008"),
}


def postcode(country: str = "cn") -> Element:
    """A postcode as text: of China, of the USA, or with `any` of a country whose form is not checked further."""
    if country not in COUNTRIES:
        raise InputError(
            "standards.option_value", element="postcode.country", value=country, known=", ".join(COUNTRIES)
        )
    pattern, zh, en = _POSTCODES[country]
    value: ops.Expression = TEXT
    if country == "us":
        with_hyphen = ops.Concat((ops.Slice(TEXT, 1, 5), ops.Literal("-"), ops.Slice(TEXT, 6, 4)))
        value = ops.Case(((ops.Matches(TEXT, "[0-9]{9}"), with_hyphen),), TEXT)
    # The provinces have 01 to 86; 999077 and 999078 are what mail to Hong Kong and Macau is given.
    real = ops.Matches(TEXT, "(?:0[1-9]|[1-7][0-9]|8[0-6])[0-9]{4}|99907[78]")
    return Element(
        code="postcode",
        name=Bilingual("邮政编码", "Postcode"),
        synonyms=synonyms(
            "邮编 邮政编码 通信邮编 单位邮编 家庭邮编 邮政编号 postcode zip zip_code postal_code zipcode post_code",
            "yb yzbm",
        ),
        type=ops.TEXT,
        clean=ops.Case(((ops.Matches(RAW, pattern), RAW),), ops.Upper(ops.Trim(folded(RAW)))),
        value=ops.Case(((ops.Matches(TEXT, pattern), value),)),
        source="UPU S42",
        form=Bilingual(zh, en),
        checks=(Check("prefix", real),) if country == "cn" else (),
        examples={
            "cn": ("100080", "１０００８０"),
            "us": ("94103", "94103-1234", "941031234"),
            "any": ("SW1A 1AA", "75008"),
        }[country],
        options=(("country", country),),
        published=(("country", country),),
    )


ELEMENTS: tuple[Element, ...] = (
    Element(
        code="mobile",
        name=Bilingual("手机号码", "Mobile number"),
        synonyms=synonyms(
            "手机 手机号 手机号码 移动电话 移动电话号码 联系手机 联系人手机 本人手机 联系手机号 法人手机号",
            "申请人手机 监护人手机",
            "mobile mobile_phone mobile_no mobile_number cellphone cell_phone cell sj sjh sjhm yddh",
        ),
        type=ops.TEXT,
        clean=_cleaned(_MOBILE),
        value=ops.Case(_MOBILE_FORMS),
        source="MIIT numbering plan of 2017",
        form=Bilingual(
            "11 位，以 13 至 19 开头；+86、空格、连字符去掉", "11 digits from 13 to 19; +86 and gaps are dropped"
        ),
        sensitivity="personal",
        examples=("13800000000", "+86 138-0000-0000", "８６１３８００００００００", "13800000000.0"),
    ),
    Element(
        code="landline",
        name=Bilingual("固定电话", "Landline number"),
        synonyms=synonyms(
            "固定电话 固话 座机 座机号码 固定电话号码 办公电话 单位电话 住宅电话 家庭电话 传真 传真号码 值班电话",
            "landline landline_phone office_phone home_phone fax fax_number gddh zj bgdh cz",
        ),
        type=ops.TEXT,
        clean=_cleaned(_USUAL_LANDLINE),
        value=ops.Case(_LANDLINE_FORMS),
        source="MIIT numbering plan of 2017",
        form=Bilingual("区号-号码-分机，如 010-65529988-801", "Area code, number, extension: 010-65529988-801"),
        sensitivity="personal",
        examples=("010-65529988", "(010) 6552 9988", "0531-88886666转801", "+86 755 2345 6789"),
    ),
    Element(
        code="phone",
        name=Bilingual("电话号码", "Telephone number"),
        synonyms=synonyms(
            "电话 电话号码 联系电话 联系方式 联系人电话 监护人电话 法人电话 负责人电话 投诉电话 咨询电话 服务电话",
            "联络电话 本人电话",
            "phone telephone tel phone_number phone_no tel_no contact_phone contact_number dh dhhm lxdh lxfs",
        ),
        type=ops.TEXT,
        clean=_cleaned(_USUAL_PHONE),
        value=ops.Case((*_USUAL_PHONES, *_MOBILE_FORMS[1:], *_LANDLINE_FORMS[1:], *_OTHER_FORMS)),
        source="MIIT numbering plan of 2017; ITU-T E.164",
        form=Bilingual(
            "手机、区号-固话、本地固话、400/800、95588、12345、+国家码",
            "Mobile, area code and landline, local landline, 400/800, 95588, 12345, + and country",
        ),
        sensitivity="personal",
        examples=("13800000000", "(010) 6552 9988", "400-810-8888", "95588", "+1 415 555 1234"),
    ),
    postcode(),
)
