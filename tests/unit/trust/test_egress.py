"""Which addresses a fetch may reach."""

import pytest

from ronghe.terms import InputError
from ronghe.trust.egress import Allowed, parse_allowed, plain_host

LISTED = parse_allowed(
    ["ocr.gov.cn", "*.data.gov.cn", "8.8.8.8"], ["10.8.0.0/16", "fd00:8::/32", "127.0.0.1/32"], where="f"
)


@pytest.mark.parametrize(
    ("host", "address", "admitted"),
    [
        ("ocr.gov.cn", "8.8.4.4", True),
        ("OCR.gov.cn.", "2001:4860:4860::8888", True),
        ("a.data.gov.cn", "8.8.4.4", True),
        ("data.gov.cn", "8.8.4.4", False),
        ("evildata.gov.cn", "8.8.4.4", False),
        ("ocr.gov.cn.evil.com", "8.8.4.4", False),
        ("8.8.8.8", "8.8.8.8", True),
        ("other.cn", "8.8.4.4", False),
        ("other.cn", "10.8.3.4", True),
        ("ocr.gov.cn", "10.9.3.4", False),
        ("ocr.gov.cn", "127.0.0.1", True),
        ("ocr.gov.cn", "127.0.0.2", False),
        ("ocr.gov.cn", "169.254.169.254", False),
        ("ocr.gov.cn", "100.64.0.1", False),
        ("ocr.gov.cn", "192.0.2.1", False),
        ("ocr.gov.cn", "0.0.0.0", False),
        ("ocr.gov.cn", "255.255.255.255", False),
        ("ocr.gov.cn", "224.0.0.1", False),
        ("ocr.gov.cn", "240.0.0.1", False),
        ("ocr.gov.cn", "::1", False),
        ("ocr.gov.cn", "::", False),
        ("ocr.gov.cn", "::10.9.0.1", False),
        ("ocr.gov.cn", "fe80::1%eth0", False),
        ("ocr.gov.cn", "fd00:9::1", False),
        ("ocr.gov.cn", "fd00:8::1", True),
        # IPv4 in the clothes of IPv6: mapped, 6to4, Teredo, NAT64.
        ("ocr.gov.cn", "::ffff:127.0.0.2", False),
        ("ocr.gov.cn", "::ffff:10.8.0.1", True),
        ("ocr.gov.cn", "2002:a09:101::1", False),
        ("ocr.gov.cn", "64:ff9b::a09:101", False),
        ("ocr.gov.cn", "64:ff9b::808:404", True),
        ("ocr.gov.cn", "ff02::1", False),
        ("ocr.gov.cn", "no address", False),
        ("no host at all", "8.8.4.4", False),
    ],
)
def test_an_address_is_admitted_only_where_somebody_listed_it(host: str, address: str, *, admitted: bool) -> None:
    assert LISTED.admits(host, address) is admitted


def test_without_a_list_nothing_is_admitted() -> None:
    assert not Allowed().admits("ocr.gov.cn", "8.8.8.8")


@pytest.mark.parametrize("hosts", [["*"], ["*.cn"], ["*.*.gov.cn"], ["a b"], [""], ["a/b"], ["http://a.cn"], ["*a.cn"]])
def test_a_host_that_lists_too_much_or_is_none_is_refused(hosts: list[str]) -> None:
    with pytest.raises(InputError):
        parse_allowed(hosts, [], where="f")


@pytest.mark.parametrize("network", ["0.0.0.0/0", "0.0.0.0/1", "::/0", "10.8.1.0/16", "10.0.0.0/33", "ten", ""])
def test_a_range_that_lists_too_much_or_is_none_is_refused(network: str) -> None:
    with pytest.raises(InputError):
        parse_allowed([], [network], where="f")


def test_hosts_are_compared_as_the_wire_writes_them() -> None:
    assert plain_host("政务.CN.") == "xn--zfr164b.cn"
    assert plain_host("[::1]") == "::1"
    assert parse_allowed(["政务.cn"], [], where="f").lists("xn--zfr164b.cn")
