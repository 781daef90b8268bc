"""How to reach somebody: telephone numbers, postcodes, mail, network addresses."""

from ronghe.messages import Bilingual
from ronghe.standards.element import RAW, TEXT, Element
from ronghe.standards.folding import folded
from ronghe.tables import expressions as ops

__all__ = ["ELEMENTS"]

_MOBILE = "1[3-9][0-9]{9}"
_SHORT = "95[0-9]{3,6}|96[0-9]{3,6}|12[0-9]{3}|1[12][0-9]|100[0-9]{2}"
_SPECIAL = "[48]00[0-9]{7}"
_LANDLINE = "(0(10|2[0-9]))[0-9]{8}|0[3-9][0-9]{2}[0-9]{7,8}"


def _national(raw: ops.Expression, clean: str) -> ops.Expression:
    """Without spaces, hyphens, brackets and the country code of China."""
    tidy = ops.Replace(folded(raw), f"[{ops.WHITESPACE}().-]", "")
    coded = ops.Matches(tidy, f"(\\+86|0086|86){_MOBILE}|(\\+86|0086)[0-9]+")
    plain = ops.Case(((coded, ops.Replace(tidy, "^(\\+86|0086|86)", "")),), tidy)
    return ops.Case(((ops.Matches(raw, clean), raw),), plain)


def _landline(text: ops.Expression) -> ops.Expression:
    """`01012345678` as `010-12345678`."""
    area = ops.Case(((ops.Matches(text, "0(10|2[0-9])[0-9]*"), ops.Slice(text, 1, 3)),), ops.Slice(text, 1, 4))
    rest = ops.Case(((ops.Matches(text, "0(10|2[0-9])[0-9]*"), ops.Slice(text, 4, 20)),), ops.Slice(text, 5, 20))
    return ops.Concat((area, ops.Literal("-"), rest))


_MOBILES = (
    "手机",
    "手机号",
    "手机号码",
    "移动电话",
    "联系手机",
    "mobile",
    "mobile_phone",
    "cellphone",
    "sj",
    "sjh",
    "sjhm",
)
_PHONES = (
    "电话",
    "电话号码",
    "联系电话",
    "固定电话",
    "办公电话",
    "监护人电话",
    "phone",
    "telephone",
    "tel",
    "phone_number",
    "lxdh",
)

ELEMENTS: tuple[Element, ...] = (
    Element(
        code="mobile",
        name=Bilingual("手机号码", "Mobile number"),
        synonyms=_MOBILES,
        type=ops.TEXT,
        clean=_national(RAW, _MOBILE),
        value=ops.Case(((ops.Matches(TEXT, _MOBILE), TEXT),)),
        source="YD/T 1034",
        form=Bilingual("11 位，1 开头", "11 digits beginning with 1"),
        sensitivity="personal",
        examples=("13800000000", "+86 138-0000-0000", "８６１３８００００００００"),
    ),
    Element(
        code="phone",
        name=Bilingual("电话号码", "Telephone number"),
        synonyms=_PHONES,
        type=ops.TEXT,
        clean=_national(RAW, _MOBILE),
        value=ops.Case(
            (
                (ops.Matches(TEXT, f"{_MOBILE}|{_SPECIAL}|{_SHORT}"), TEXT),
                (ops.Matches(TEXT, _LANDLINE), _landline(TEXT)),
                (ops.Matches(TEXT, "\\+[1-9][0-9]{6,14}"), TEXT),
                (ops.Matches(TEXT, "[2-9][0-9]{6,7}"), TEXT),
            )
        ),
        source="YD/T 1034; ITU-T E.164",
        form=Bilingual("手机、区号加固话、400/800、95xxx、+国家码", "Mobile, landline, 400/800, 95xxx, +country"),
        sensitivity="personal",
        examples=("13800000000", "(010) 6552 9988", "400-810-8888", "95588", "+14157763262"),
    ),
    Element(
        code="postcode",
        name=Bilingual("邮政编码", "Postcode"),
        synonyms=("邮编", "邮政编码", "postcode", "zip", "zip_code", "yzbm"),
        type=ops.TEXT,
        clean=ops.Case(((ops.Matches(RAW, "[0-9]{6}"), RAW),), ops.Trim(folded(RAW))),
        value=ops.Case(((ops.Matches(TEXT, "[0-8][0-9]{5}"), TEXT),)),
        source="GB/T 2260, YZ/T 0142",
        form=Bilingual("6 位数字", "6 digits"),
        examples=("100080", "１０００８０"),
    ),
    Element(
        code="email",
        name=Bilingual("电子邮箱", "E-mail address"),
        synonyms=("邮箱", "电子邮箱", "电子邮件", "email", "e_mail", "mail", "dzyx"),
        type=ops.TEXT,
        clean=ops.Case(((ops.Matches(RAW, "[!-~]+"), RAW),), ops.Trim(folded(RAW))),
        value=ops.Case(
            ((ops.Matches(TEXT, "[A-Za-z0-9._%+-]{1,64}@([A-Za-z0-9-]{1,63}[.]){1,8}[A-Za-z]{2,24}"), TEXT),)
        ),
        source="RFC 5321",
        form=Bilingual("如 name@example.cn", "Like name@example.cn"),
        sensitivity="personal",
        examples=("name@example.cn",),
    ),
)
