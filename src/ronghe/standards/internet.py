"""Mail, web and network addresses."""

from ronghe.messages import Bilingual
from ronghe.standards.element import RAW, TEXT, Element
from ronghe.standards.folding import folded
from ronghe.standards.synonyms import synonyms
from ronghe.tables import expressions as ops

__all__ = ["ELEMENTS"]

_ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = f"(?:{_LABEL}[.]){{1,8}}[A-Za-z]{{2,24}}"
_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_V4 = f"(?:{_BYTE}[.]){{3}}{_BYTE}"
_GROUP = "[0-9a-fA-F]{1,4}"
_V6 = "|".join(
    (
        f"(?:{_GROUP}:){{7}}{_GROUP}",
        *(f"(?:{_GROUP}:){{{n}}}(?::{_GROUP}){{1,{7 - n}}}" for n in range(1, 7)),
        f":(?::{_GROUP}){{1,7}}",
        f"(?:{_GROUP}:){{1,7}}:",
        "::",
        f"::(?:[fF]{{4}}:)?{_V4}",
    )
)
_URL = f"[A-Za-z]{{3,5}}://(?:{_HOST}|{_V4}|localhost)(?::[0-9]{{1,5}})?(?:[/?#][!-~]*)?"

_PRINTABLE = ops.Case(((ops.Matches(RAW, "[!-~]+"), RAW),), ops.Trim(folded(RAW)))


def _lower_until(mark: str, *, after: bool) -> ops.Expression:
    """TEXT with the part before or after the first `mark` in small letters."""
    head, tail = ops.Extract(TEXT, f"^([^{mark}]*{mark})"), ops.Replace(TEXT, f"^[^{mark}]*{mark}")
    return ops.Concat((head, ops.Lower(tail))) if after else ops.Concat((ops.Lower(head), tail))


def _email() -> ops.Expression:
    shape = f"{_ATOM}(?:[.]{_ATOM})*@{_HOST}"
    fits = ops.And((ops.Matches(TEXT, shape), ops.Matches(TEXT, "[^@]{1,64}@[^@]{1,255}")))
    settled = ops.Case(((ops.Found(TEXT, "@[^A-Z]*[A-Z]"), _lower_until("@", after=True)),), TEXT)
    return ops.Case(((fits, settled),))


def _url() -> ops.Expression:
    host = ops.Extract(TEXT, "^([A-Za-z]+://[^/?#]*)")
    settled = ops.Concat((ops.Lower(host), ops.Replace(TEXT, "^[A-Za-z]+://[^/?#]*")))
    bare = ops.And((ops.Matches(TEXT, "[wW]{3}[.][!-~]+"), ops.Matches(_with_scheme(), _URL)))
    fits = ops.And((ops.Matches(TEXT, _URL), ops.Matches(TEXT, "(?:[hH][tT][tT][pP][sS]?|[fF][tT][pP][sS]?)://[!-~]+")))
    return ops.Case(((fits, settled), (bare, _with_scheme())))


def _with_scheme() -> ops.Expression:
    return ops.Concat(
        (ops.Literal("http://"), ops.Lower(ops.Extract(TEXT, "^([^/?#]*)")), ops.Replace(TEXT, "^[^/?#]*"))
    )


ELEMENTS: tuple[Element, ...] = (
    Element(
        code="email",
        name=Bilingual("电子邮箱", "E-mail address"),
        synonyms=synonyms(
            "邮箱 电子邮箱 电子邮件 邮件地址 邮箱地址 联系邮箱 企业邮箱 email e_mail mail email_address mailbox",
            "dzyx yx yxdz",
        ),
        type=ops.TEXT,
        clean=_PRINTABLE,
        value=_email(),
        source="RFC 5321",
        form=Bilingual("如 name@example.cn，域名转为小写", "Like name@example.cn; the domain in small letters"),
        sensitivity="personal",
        examples=("name@example.cn", "Zhang.San@Example.COM", "name＠example.cn"),
    ),
    Element(
        code="url",
        name=Bilingual("网址", "Web address"),
        synonyms=synonyms(
            "网址 网站 官网 网站地址 主页 链接 链接地址 域名地址 url website web_site homepage link wz wzdz"
        ),
        type=ops.TEXT,
        clean=_PRINTABLE,
        value=_url(),
        source="RFC 3986",
        form=Bilingual("http、https 或 ftp 网址；www. 开头的补 http://", "http, https or ftp; www. is given http://"),
        examples=("https://www.example.cn/a?b=1", "HTTP://Example.cn", "www.example.cn"),
    ),
    Element(
        code="ip_address",
        name=Bilingual("IP 地址", "IP address"),
        synonyms=synonyms("IP地址 IP 网络地址 登录IP 访问IP 客户端IP ip ip_address ipv4 ipv6 client_ip login_ip ipdz"),
        type=ops.TEXT,
        clean=_PRINTABLE,
        value=ops.Case(((ops.Matches(TEXT, _V4), TEXT), (ops.Matches(TEXT, _V6), ops.Lower(TEXT)))),
        source="RFC 791; RFC 4291",
        form=Bilingual("IPv4 或 IPv6", "IPv4 or IPv6"),
        sensitivity="personal",
        examples=("192.0.2.1", "2001:DB8::1", "１９２．０．２．１"),
    ),
)
