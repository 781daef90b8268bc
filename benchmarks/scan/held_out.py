"""Columns of other shapes than the public ones, made from a seed: a guard against rules that fit only what was seen.

Written before the rules were looked at again; headers say nothing (`f07`) unless the kind can be told by its name only.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.scan.parts import Maker, full_width

__all__ = ["SHAPES", "Shape", "write"]

Make = Callable[[Maker], str]


@dataclass(frozen=True, slots=True)
class Shape:
    """One column: what it holds ("" for nothing personal), how a value is made, and its header, if it has one."""

    kind: str
    make: Make
    header: str = ""


def _grouped(m: Maker) -> str:
    number = m.citizen()
    return f"{number[:6]} {number[6:14]} {number[14:]}"


def _spaced_card(m: Maker) -> str:
    number = m.card()
    return " ".join(number[place : place + 4] for place in range(0, 19, 4))


def _written_day(m: Maker) -> str:
    year, month, day = m.day(1938, 2012)
    return f"{year}年{month}月{day}日"


def _event(first: int, last: int, form: str) -> Make:
    def make(m: Maker) -> str:
        year, month, day = m.day(first, last)
        return form.format(year, month, day)

    return make


def _of_others(m: Maker) -> str:
    return (
        m.pick("阿卜杜", "买买提", "古丽", "阿依", "迪力", "热依")
        + m.pick("拉", "汗", "娜", "江")
        + "·"
        + m.pick("热合曼", "艾合买提", "吐尔逊", "阿不力孜", "玉素甫")
    )


def _mixed_names(m: Maker) -> str:
    return _of_others(m) if m.random.random() < 0.2 else m.name()


def _name_apart(m: Maker) -> str:
    name = m.name()
    return f"{name[0]}　{name[1:]}" if len(name) == 2 else name


def _starred(m: Maker) -> str:
    name = m.name()
    return name[0] + "*" * (len(name) - 1)


def _dotted_plate(m: Maker) -> str:
    plate = m.plate()
    return f"{plate[:2]}·{plate[2:]}"


def _green_plate(m: Maker) -> str:
    return f"{m.pick('京', '沪', '粤', '浙')}{m.pick('A', 'B', 'C')}{m.pick('D', 'F')}{m.digits(5)}"


def _six(m: Maker) -> str:
    return ":".join(f"{m.random.randint(1, 65535):x}" for _ in range(8))


def _mac(m: Maker) -> str:
    return "-".join(f"{m.random.randint(0, 255):02X}" for _ in range(6))


def _position(m: Maker) -> str:
    return f"{m.random.uniform(73, 135):.6f},{m.random.uniform(18, 53):.6f}"


def _decree(m: Maker) -> str:
    year, number = m.random.randint(2010, 2025), m.random.randint(1, 99)
    return f"{m.pick('京', '沪', '浙', '安')}政{m.pick('发', '办', '函')}〔{year}〕{number}号"


def _isbn(m: Maker) -> str:
    body = f"9787{m.digits(8)}"
    total = sum(int(d) * (1 if place % 2 == 0 else 3) for place, d in enumerate(body))
    return body + str(-total % 10)


def _company(m: Maker) -> str:
    trade = m.pick("科技", "贸易", "建筑")
    return f"{m.pick('云溪', '安州', '临江', '东岭')}{m.pick('宏达', '金石', '华源', '博远')}{trade}有限公司"


def _book(m: Maker) -> str:
    return m.pick("城市", "乡村", "海洋", "数据", "历史", "经济") + m.pick(
        "治理", "发展", "研究", "导论", "规划", "简史"
    )


def _goods(m: Maker) -> str:
    words = [
        "Galaxy",
        "Ocean",
        "Silver",
        "Royal",
        "Summer",
        "Classic",
        "Premium",
        "Urban",
        "Mountain",
        "River",
        "Golden",
        "Crystal",
    ]
    return f"{m.pick(*words)} {m.pick('Note', 'Jacket', 'Blend', 'Lamp', 'Chair', 'Watch')}"


def _place_in_letters(m: Maker) -> str:
    first = m.pick("San", "Santa", "Port", "New", "Fort", "Lake")
    return f"{first} {m.pick('Pedro', 'Rosa', 'Vista', 'Haven', 'Worth', 'City')}"


def _dashed(m: Maker) -> str:
    number = m.mobile()
    return f"{number[:3]}-{number[3:7]}-{number[7:]}"


def _passport(m: Maker) -> str:
    return m.pick("EA", "EB", "EJ") + m.digits(7) if m.random.random() < 0.6 else m.pick("E", "G") + m.digits(8)


def _old_number(m: Maker) -> str:
    number = m.citizen()
    return number[:6] + number[8:17]


SHAPES: tuple[Shape, ...] = (
    Shape("citizen_id", _grouped),
    Shape("citizen_id", lambda m: full_width(m.citizen())),
    Shape("citizen_id", lambda m: m.citizen().lower()),
    Shape("citizen_id", lambda m: f"'{m.citizen()}"),
    Shape("citizen_id", _old_number),
    Shape(
        "citizen_id",
        lambda m: m.citizen() if m.random.random() < 0.15 else m.pick("无", "未办理", "已办理"),
        "证件号码",
    ),
    Shape("unified_credit_code", lambda m: m.credit_code().lower()),
    Shape("bank_card", _spaced_card),
    Shape("bank_card", lambda m: m.card(m.pick("4", "51", "35"), 16)),
    Shape("bank_card", lambda m: m.digits(1).replace("0", "1") + m.digits(16), "发放账号"),
    Shape("mobile", lambda m: f"+86 {m.mobile()}"),
    Shape("mobile", _dashed),
    Shape("mobile", lambda m: full_width(m.mobile())),
    Shape("landline", lambda m: f"{m.landline()}转{m.digits(3)}"),
    Shape("landline", lambda m: f"({m.landline().replace('-', ') ')}"),
    Shape("person_name", _mixed_names),
    Shape("person_name", _name_apart),
    Shape("person_name", _starred, "当事人"),
    Shape("person_name", lambda m: m.name() if m.random.random() < 0.4 else _company(m), "权利人"),
    Shape("person_name_latin", lambda m: f"{m.pick('Ms.', 'Mr.', 'Dr.')} {m.latin_name()}"),
    Shape("person_name_latin", lambda m: ", ".join(reversed(m.latin_name().split()))),
    Shape("address", Maker.address),
    Shape(
        "address",
        lambda m: f"{m.random.randint(1, 9999)} {m.pick('Oak', 'Maple', 'High', 'Church', 'Mill')} Street, Springfield",
    ),
    Shape(
        "address",
        lambda m: f"{m.pick('大兴', '永丰', '前进')}镇{m.pick('红旗', '东风', '和平')}村{m.random.randint(1, 20)}组",
        "现居住地",
    ),
    Shape("plate", _dotted_plate),
    Shape("plate", _green_plate),
    Shape("passport", _passport),
    Shape("passport", lambda m: f"E{m.digits(8)}", "护照号"),
    Shape("travel_permit", lambda m: f"C{m.digits(8)}", "港澳通行证号"),
    Shape("officer_card", lambda m: f"{m.pick('军', '士', '文')}字第{m.digits(8)}号"),
    Shape("email", lambda m: m.email().upper()),
    Shape("email", lambda m: m.email().replace("@", "＠")),
    Shape("ip_address", _six),
    Shape("mac_address", _mac),
    Shape("birth_date", _written_day),
    Shape("birth_date", _event(1935, 2014, "{0}{1:02}{2:02}")),
    Shape("birth_date", _event(2012, 2018, "{0}/{1}/{2}"), "学生出生年月"),
    Shape("location", _position),
    Shape("location", lambda m: f"{m.random.uniform(18, 53):.5f}", "纬度"),
    Shape("medical", lambda m: m.pick("2型糖尿病", "高血压2级", "慢性支气管炎", "冠心病", "腰椎间盘突出", "甲亢")),
    Shape("medical", lambda m: m.pick("I10", "E11.9", "J20.9", "K29.5"), "主要诊断"),
    Shape("financial", lambda m: f"{m.random.randint(2000, 30000)}", "税前工资"),
    Shape("religion", lambda m: m.pick("无", "佛教", "道教", "伊斯兰教"), "宗教信仰"),
    Shape("credential", lambda m: m.digits(6), "登录密码"),
    Shape("person_number", lambda m: f"ZY{m.digits(8)}", "住院号"),
    Shape("", lambda m: f"DD{m.random.randint(2020, 2025)}{m.digits(10)}"),
    Shape("", lambda m: f"20{m.digits(9)}"),
    Shape("", lambda m: f"300{m.digits(8)}"),
    Shape("", lambda m: m.digits(18)),
    Shape("", lambda m: f"7{m.digits(15)}"),
    Shape("", _isbn),
    Shape("", lambda m: f"G{m.digits(8)}"),
    Shape("", _decree),
    Shape("", _company),
    Shape("", _book),
    Shape("", _goods),
    Shape("", _place_in_letters),
    Shape(
        "",
        lambda m: m.pick(
            "东城", "海淀", "江宁", "余杭", "常山", "文成", "龙游", "高淳", "雷州", "温岭", "安吉", "黄山"
        ),
    ),
    Shape("", lambda m: m.pick("科员", "主任科员", "处长", "工程师", "高级工程师", "会计", "文员", "司机", "保安")),
    Shape("", lambda m: m.pick("已受理", "办结", "退回", "待补正", "不予受理")),
    Shape("", lambda m: m.pick("高中", "本科", "专科", "硕士", "博士", "初中"), "要求"),
    Shape("", lambda m: f"{m.pick('第一', '第二', '实验', '育才')}{m.pick('小学', '中学', '高级中学')}"),
    Shape("", _event(2016, 2025, "{0}-{1:02}-{2:02}")),
    Shape("", _event(1955, 2025, "{0}-{1:02}-{2:02}"), "成立日期"),
    Shape("", lambda m: f"{m.random.uniform(0, 100):.2f}%"),
    Shape("", lambda m: f"{m.random.uniform(100, 9e6):,.2f}"),
    Shape("", lambda m: f"https://example.org/{m.pick('a', 'b', 'c')}/{m.digits(4)}"),
    Shape("", lambda m: f"v{m.random.randint(1, 9)}.{m.random.randint(0, 20)}.{m.random.randint(0, 9)}"),
    Shape("", lambda m: f"{m.random.getrandbits(160):040x}"),
    Shape("", lambda m: f"{m.pick('黑', '白', '红', '蓝', '绿')}色"),
    Shape("", lambda m: m.pick("330106", "110105", "440305", "310115")),
    Shape("", lambda m: m.pick("道路交通管理", "城市规划审批", "环境影响评价", "食品经营许可", "建设工程施工许可")),
    Shape(
        "",
        lambda m: (
            f"{m.pick('请', '已', '拟')}{m.pick('核实', '转办', '归档', '退回')}{m.pick('材料', '事项', '原件')}。"
        ),
    ),
    Shape("", lambda m: str(m.random.randint(1, 120)), "办理天数"),
    Shape("", lambda m: f"{m.random.randint(0, 23):02}:{m.random.randint(0, 59):02}"),
    Shape("", lambda m: m.pick("Monday", "Tuesday", "Friday") + " " + m.pick("Morning", "Evening")),
    Shape("", lambda m: f"{m.random.uniform(1, 50):.1f}", "血压计库存数量"),
)


def write(path: Path, *, rows: int, seed: int) -> dict[str, str]:
    """Write the columns as CSV, a few cells empty; gives the kind of each by its header."""
    makers = [Maker(seed * 1000 + number) for number in range(len(SHAPES))]
    headers = [shape.header or f"f{number:02}" for number, shape in enumerate(SHAPES)]
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(headers)
        for _ in range(rows):
            cells = (
                "" if maker.random.random() < 0.05 else shape.make(maker)
                for shape, maker in zip(SHAPES, makers, strict=True)
            )
            out.writerow(cells)
    return {header: shape.kind for header, shape in zip(headers, SHAPES, strict=True)}
