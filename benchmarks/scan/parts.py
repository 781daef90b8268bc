"""Made values from a seed: identifiers with right check digits, names, addresses. No real person is meant."""

import random

__all__ = ["Maker", "full_width"]

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华慧建国志文玉兰红梅春海波宁欣怡子轩浩然梓涵雨桐思远晓东立新庆荣"
)
_AREAS = ("110105", "310115", "440305", "330106", "510107", "420111", "370203", "610113", "320583", "350203", "650104")
_CITIES = ("临江市", "云溪市", "安州市", "平湖区", "新城区", "东岭县", "北屯镇", "沙河街道")
_ROADS = ("幸福路", "人民东路", "解放大道", "文昌街", "青年巷", "滨河南路", "学府路", "建设二路")
_FIRST_NAMES = "John Mary Robert Linda James Patricia Michael Susan David Karen Peter Helen Simon Laura Kevin Alice"
_FIRST = _FIRST_NAMES.split()
_LAST_NAMES = "Smith Brown Taylor Wilson Evans Walker Wright Green Hall Clarke Hughes Turner Parker Cooper Ward Morris"
_LAST = _LAST_NAMES.split()


class Maker:
    """Values from one generator of random numbers."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def digits(self, count: int) -> str:
        return "".join(self.random.choice("0123456789") for _ in range(count))

    def day(self, first: int, last: int) -> tuple[int, int, int]:
        return self.random.randint(first, last), self.random.randint(1, 12), self.random.randint(1, 28)

    def citizen(self) -> str:
        year, month, day = self.day(1940, 2015)
        body = f"{self.random.choice(_AREAS)}{year}{month:02}{day:02}{self.digits(3)}"
        weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
        return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]

    def card(self, prefix: str = "62", length: int = 19) -> str:
        body = prefix + self.digits(length - 1 - len(prefix))
        total = sum(int(d) if place % 2 else sum(divmod(2 * int(d), 10)) for place, d in enumerate(reversed(body)))
        return body + str(-total % 10)

    def credit_code(self) -> str:
        alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
        body = f"91{self.random.choice(_AREAS)}" + "".join(self.random.choice(alphabet) for _ in range(9))
        total = sum(alphabet.index(sign) * pow(3, place, 31) for place, sign in enumerate(body))
        return body + alphabet[-total % 31]

    def mobile(self) -> str:
        return f"1{self.random.choice('3456789')}{self.digits(9)}"

    def landline(self) -> str:
        return (
            f"{self.random.choice(('010', '021', '0571', '0755', '028'))}-{self.random.randint(2, 8)}{self.digits(7)}"
        )

    def name(self) -> str:
        given = self.random.sample(_GIVEN, self.random.choice((1, 2, 2)))
        return self.random.choice(_SURNAMES) + "".join(given)

    def latin_name(self) -> str:
        return f"{self.random.choice(_FIRST)} {self.random.choice(_LAST)}"

    def address(self) -> str:
        block, floor, room = self.random.randint(1, 30), self.random.randint(1, 33), self.random.randint(1, 4)
        road = f"{self.random.choice(_CITIES)}{self.random.choice(_ROADS)}{self.random.randint(1, 999)}号"
        return self.random.choice((road, f"{road}{block}幢{floor:02}{room:02}室", f"{road}院{block}号楼{floor}单元"))

    def plate(self) -> str:
        return f"{self.random.choice('京沪粤浙苏川鄂鲁')}{self.random.choice('ABCDEFGH')}{self.digits(5)}"

    def email(self) -> str:
        letters = "".join(self.random.choice("abcdefghijklmnop") for _ in range(6))
        return f"{letters}{self.digits(2)}@{self.random.choice(('163.example', 'mail.example.cn', 'example.org'))}"

    def pick(self, *of: str) -> str:
        return self.random.choice(of)


def full_width(text: str) -> str:
    """Digits and letters as an input method for Chinese writes them."""
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)
