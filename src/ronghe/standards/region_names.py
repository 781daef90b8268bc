"""How a division of China is named: in full with the divisions above it, and in short."""

import re
from collections.abc import Iterator, Mapping
from typing import Protocol

__all__ = ["COLLECTIVE", "full_names", "short_name"]

COLLECTIVE = frozenset(
    (
        *("市辖区", "县", "市", "省直辖县级行政区划", "自治区直辖县级行政区划", "省直辖行政单位", "省直辖县级行政单位"),
        *("自治区直辖县级行政单位", "自治区直辖行政单位"),
    )
)
"""Names of codes that only collect the divisions below them."""

_PEOPLES = (
    "汉|蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|高山|拉祜|水|东乡|纳西|"
    "景颇|柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|乌孜别克|俄罗斯|鄂温克|德昂|保安|"
    "裕固|京|塔塔尔|独龙|鄂伦春|赫哲|门巴|珞巴|基诺"
)
_PEOPLE = f"(?:(?:{_PEOPLES})族|蒙古|哈萨克|柯尔克孜|各族)"
_AUTONOMOUS = re.compile(f"(.{{2,}}?){_PEOPLE}*自治[州县旗]")
_PROVINCE = re.compile("(.{2,}?)(?:省|市|特别行政区|(?:壮族|回族|维吾尔)?自治区)")
_PLAIN = re.compile("(.{2,}?)(?:地区|林区|矿区|市|区|县|盟|旗)")


class Named(Protocol):
    """What has a name."""

    @property
    def name(self) -> str:
        """The name in Chinese."""
        ...


def short_name(name: str) -> str:
    """The name without its rank and peoples, of two characters at least: 海淀 for 海淀区, 延边 for 延边朝鲜族自治州."""
    for pattern in (_AUTONOMOUS, _PROVINCE, _PLAIN):
        if found := pattern.fullmatch(name):
            return found[1]
    return name


def full_names(code: str, name: str, current: Mapping[str, Named]) -> Iterator[str]:
    """The name alone, and after the names of the province, of the prefecture and of both."""
    if name in COLLECTIVE:
        return
    province, city = f"{code[:2]}0000", f"{code[:4]}00"
    above = [current[part].name for part in (province, city) if part in current and part != code]
    above = [part for part in above if part not in COLLECTIVE]
    yield name
    yield from (part + name for part in above)
    if len(above) > 1:
        yield "".join(above) + name
