"""Telephone numbers, postcodes, mail and network addresses in one written form, or none."""

import pytest

from ronghe.standards import contact, internet
from ronghe.standards.element import Reading
from ronghe.terms import InputError

ELEMENTS = {element.code: element for element in (*contact.ELEMENTS, *internet.ELEMENTS)}

_MOBILE = "13800000000"
_MOBILES = (
    *(
        _MOBILE,
        "+86 138-0000-0000",
        "+8613800000000",
        "008613800000000",
        "86-13800000000",
        "（86）13800000000",
        "013800000000",
    ),
    *(
        "138 0000 0000",
        "138.0000.0000",
        "８６１３８００００００００",
        "１３８００００００００",
        " 13800000000 ",
        "13800000000.0",
    ),
)
_NO_MOBILES = (
    *("12800000000", "1380000000", "138000000000", "13800000000/13900000000", "13800000000 13900000000", "1.38E+10"),
    *("13800000000x", "手机13800000000", "+85213800000000", "2380000000", "1380000000O", "①38", "+1 13800000000"),
)
_BEIJING = (
    "010-65529988",
    "(010) 6552 9988",
    "01065529988",
    "010 65529988",
    "010-6552-9988",
    "+86 10 6552 9988",
    "＋８６－１０－６５５２９９８８",
)
CASES: dict[str, dict[str, str | None]] = {
    "mobile": {**dict.fromkeys(_MOBILES, _MOBILE), "19912345678": "19912345678", **dict.fromkeys(_NO_MOBILES)},
    "landline": {
        **dict.fromkeys(_BEIJING, "010-65529988"),
        "0531-88886666转801": "0531-88886666-801",
        "0531-8886666-8": "0531-8886666-8",
        "0755-2345678-9": "0755-2345678-9",
        "010-65529988 ext.12": "010-65529988-12",
        "+86 (0)755 2345 6789": "0755-23456789",
        **dict.fromkeys(
            ("65529988", "010-6552998", "010-655299881", "0531-888666", "13800000000", "010-15529988", "110")
        ),
        **dict.fromkeys(("010-65529988/65529989", "010-65529988转", "000-65529988")),
    },
    "phone": {
        **dict.fromkeys(_MOBILES, _MOBILE),
        **dict.fromkeys(_BEIJING, "010-65529988"),
        **{
            short: short
            for short in ("95588", "12345", "12306", "110", "10086", "96110", "4008108888", "65529988", "8886666")
        },
        "400-810-8888": "4008108888",
        "800 810 8888": "8008108888",
        "6552-9988": "65529988",
        **dict.fromkeys(
            ("+14155551234", "+1 (415) 555-1234", "0014155551234", "＋１４１５５５５１２３４"), "+14155551234"
        ),
        "+852 2345 6789": "+85223456789",
        **dict.fromkeys(
            ("+86123", "123", "1", "955", "abc", "+1", "++14155551234", "13800000000 10086", "+123456789012345678")
        ),
    },
    "postcode": {
        "100080": "100080",
        "１０００８０": "100080",
        "010000": "010000",
        "999077": "999077",
        **dict.fromkeys(("10080", "1000800", "10008O", "100 080")),
    },
    "email": {
        "name@example.cn": "name@example.cn",
        "Zhang.San@Example.COM": "Zhang.San@example.com",
        "name＠example.cn": "name@example.cn",
        "a+b_c-d@mail.gov.cn": "a+b_c-d@mail.gov.cn",
        **dict.fromkeys(
            ("a..b@c.cn", ".a@c.cn", "a@b", "a b@c.cn", "张三@c.cn", "a@-b.cn", "a@b-.cn", "@c.cn", "a@c.cn;b@c.cn")
        ),
        f"{'a' * 65}@c.cn": None,
    },
    "url": {
        "https://www.example.cn/A?b=1#c": "https://www.example.cn/A?b=1#c",
        "HTTP://Example.cn": "http://example.cn",
        "www.Example.cn/A": "http://www.example.cn/A",
        "http://192.0.2.1:8080/": "http://192.0.2.1:8080/",
        **dict.fromkeys(
            (
                "javascript://a.cn",
                "http://",
                "example",
                "http://a b.cn",
                "mailto:a@b.cn",
                "http://a_b.cn",
                "http://999.1.1.1",
            )
        ),
    },
    "ip_address": {
        "192.0.2.1": "192.0.2.1",
        "１９２．０．２．１": "192.0.2.1",
        "255.255.255.255": "255.255.255.255",
        "2001:DB8::1": "2001:db8::1",
        "::": "::",
        "::1": "::1",
        "1::": "1::",
        "1:2:3:4:5:6:7:8": "1:2:3:4:5:6:7:8",
        "::ffff:192.0.2.1": "::ffff:192.0.2.1",
        **dict.fromkeys(
            ("256.1.1.1", "01.2.3.4", "1.2.3", "1::2::3", "fe80::1%eth0", ":::1", "1:2:3:4:5:6:7:8:9", "12345::")
        ),
    },
}
INPUTS = {code: tuple(cases) for code, cases in CASES.items()}


@pytest.mark.parametrize(("code", "raw"), [(code, raw) for code, cases in CASES.items() for raw in cases])
def test_a_way_to_reach_somebody_has_one_form(code: str, raw: str) -> None:
    value = CASES[code][raw]
    assert ELEMENTS[code].read(raw) == (Reading(None, broken=("form",)) if value is None else Reading(value))


@pytest.mark.parametrize("raw", ["000000", "990000", "870000"])
def test_a_postcode_of_no_province_breaks_the_prefix(raw: str) -> None:
    assert ELEMENTS["postcode"].read(raw).broken == ("prefix",)


@pytest.mark.parametrize(
    ("country", "raw", "value"),
    [
        ("us", "94103", "94103"),
        ("us", "94103-1234", "94103-1234"),
        ("us", "100080", None),
        ("any", "sw1a 1aa", "SW1A 1AA"),
        ("any", "75008", "75008"),
        ("any", "邮编", None),
    ],
)
def test_postcodes_of_other_countries_are_an_option(country: str, raw: str, value: str | None) -> None:
    assert contact.postcode(country).read(raw).value == value


def test_an_unknown_country_names_the_known_ones() -> None:
    with pytest.raises(InputError) as caught:
        contact.postcode("xx")
    assert caught.value.params["known"] == "cn, us, any"


@pytest.mark.parametrize("service", ["95588", "12345", "95533", "12306"])
def test_service_numbers_are_numbers(service: str) -> None:
    """phonenumbers 9.0 calls 95588 invalid: it is a bank's number that every citizen dials."""
    assert ELEMENTS["phone"].read(service).valid
