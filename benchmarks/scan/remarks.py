"""Chinese remarks (备注) as clerks write them, made from a seed, with the place and kind of every personal part."""

import random
from dataclasses import dataclass

from benchmarks.scan.parts import Maker, full_width

__all__ = ["Remark", "remarks"]


@dataclass(frozen=True, slots=True)
class Remark:
    """A text and what stands in it: start, end and kind, half-open."""

    text: str
    parts: tuple[tuple[int, int, str], ...]


_TEMPLATES = (
    "申请人{name}，联系电话{mobile}，材料已补齐。",
    "{name}来电反映小区噪音问题，回访电话：{mobile}",
    "代办人与本人关系为夫妻，身份证号{citizen}，已核对原件",
    "业主{name}（身份证{citizen}）要求更正坐落信息。",
    "家住{address}，行动不便，请上门办理",
    "经核实，当事人{name}于2024年5月搬迁至{address}。",
    "退款请打至{card}，户名{name}",
    "车辆{plate}未按时年检，已通知车主{name}",
    "联系人：{name} 手机：{wide_mobile}",
    "发票寄送邮箱 {email} ，收件人{name}",
    "{name}女士确诊{illness}，申请医疗救助",
    "监护人{name}，电话{dashed}，下午三点后联系",
    "座机{landline}无人接听，改打{mobile}接通",
    "护照号{passport}，签证有效期至2026年",
    "证件号{spaced_citizen}，与系统登记不一致",
    "户主{name}家庭成员三人，低保续期",
    "投诉人要求匿名，只留电话{mobile}",
    "银行卡{spaced_card}已注销，换卡后重新登记",
    "统一社会信用代码{credit}，法定代表人{name}变更",
    "{surname}先生多次来访，情绪激动",
)
_EMPTY = (
    "材料齐全，同意受理。",
    "系统升级，延期至下周一办理",
    "订单号{order}，金额{amount}元，已开票",
    "缺少公章，一次性告知补正",
    "请{department}于五个工作日内反馈意见",
    "受理编号{order}，转{department}处理",
    "依据〔2024〕15号文件执行",
    "2023年12月31日前有效，逾期作废",
    "经办机构盖章后归档，档案号{order}",
    "项目投资{amount}万元，工期180天",
    "产品批号{batch}，抽检合格",
    "会议室容纳30人，投影设备正常",
    "方案已报市政府，等待批复",
    "高峰期排队较长，建议错峰办理",
    "安装版本V2.3.1，运行稳定",
    "物流单号SF{order}，预计明天到达",
)


def _values(m: Maker, r: random.Random) -> dict[str, tuple[str, str]]:
    mobile, citizen, card, name = m.mobile(), m.citizen(), m.card(), m.name()
    return {
        "name": (name, "person_name"),
        "surname": (name[0], "person_name"),
        "mobile": (mobile, "mobile"),
        "wide_mobile": (full_width(mobile), "mobile"),
        "dashed": (f"{mobile[:3]}-{mobile[3:7]}-{mobile[7:]}", "mobile"),
        "landline": (m.landline(), "landline"),
        "citizen": (citizen, "citizen_id"),
        "spaced_citizen": (f"{citizen[:6]} {citizen[6:14]} {citizen[14:]}", "citizen_id"),
        "address": (m.address(), "address"),
        "card": (card, "bank_card"),
        "spaced_card": (" ".join(card[place : place + 4] for place in range(0, 19, 4)), "bank_card"),
        "plate": (m.plate(), "plate"),
        "email": (m.email(), "email"),
        "passport": (f"{r.choice('EG')}{m.digits(8)}", "passport"),
        "credit": (m.credit_code(), "unified_credit_code"),
        "illness": (r.choice(("高血压", "糖尿病", "冠心病", "肺癌")), "medical"),
        "order": (m.digits(r.choice((9, 12, 14))), ""),
        "amount": (f"{r.randint(10, 99999)}.{r.randint(0, 99):02}", ""),
        "batch": (f"B{m.digits(6)}", ""),
        "department": (r.choice(("市民政局", "区税务局", "街道办事处", "人社局")), ""),
    }


def _filled(template: str, values: dict[str, tuple[str, str]]) -> Remark:
    text, parts, rest = "", [], template
    while "{" in rest:
        before, _, rest = rest.partition("{")
        key, _, rest = rest.partition("}")
        value, kind = values[key]
        text += before
        if kind:
            parts.append((len(text), len(text) + len(value), kind))
        text += value
    return Remark(text + rest, tuple(parts))


def remarks(count: int, *, seed: int) -> list[Remark]:
    """So many remarks, half of them with nothing personal inside."""
    maker, chance = Maker(seed), random.Random(seed + 1)
    return [_filled(chance.choice(chance.choice((_TEMPLATES, _EMPTY))), _values(maker, chance)) for _ in range(count)]
