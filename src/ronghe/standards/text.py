"""Elements of words: names, addresses, free text, and codes that have no standard of their own.

Never the whole of NFKC: it would also turn ① into 1, Ⅲ into III and ㎡ into m2. Only the signs named here change.
"""

import unicodedata

from ronghe.messages import Bilingual
from ronghe.standards.element import RAW, TEXT, Check, Element
from ronghe.standards.folding import FULL_WIDTH, HALF_WIDTH, folded
from ronghe.standards.synonyms import synonyms
from ronghe.tables import expressions as ops

__all__ = ["ELEMENTS", "IDEOGRAPHS", "RADICALS"]

_KANGXI = "".join(map(chr, range(0x2F00, 0x2FD6)))
# What copying from PDF leaves of simplified characters; Unicode's table of radicals names their ideographs.
_SIMPLIFIED = "⺟⺠⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰⻳"
RADICALS = _KANGXI + _SIMPLIFIED
"""Signs that look like ideographs and are none: no name would be found under them."""
IDEOGRAPHS = unicodedata.normalize("NFKC", _KANGXI) + "母民虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟麦黄齐齿龙龟"
"""What each of RADICALS is meant to be."""

_DOTS = "•・‧∙⋅․﹒･．"
_HAN = "[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]"
_SPACE = f"[{ops.WHITESPACE}]"
_USUAL_NAME = f"(?:{_HAN}|·){{1,30}}"
_RADICAL = f"[\u2f00-\u2fd5{_SIMPLIFIED}]"


def _in_one_form(text: ops.Expression) -> ops.Expression:
    """One kind of middle dot, and radicals as ideographs."""
    return ops.Translate(text, _DOTS + RADICALS, "·" * len(_DOTS) + IDEOGRAPHS)


def _name() -> ops.Expression:
    """A name: full-width letters folded, no space between ideographs and one between words of letters."""
    usual = ops.Matches(RAW, _USUAL_NAME)
    spaced = ops.Matches(RAW, f"(?:{_HAN}|·|{_SPACE})+")
    dotted = ops.Matches(RAW, f"(?:{_HAN}|·|{_SPACE}|[{_DOTS}])+")
    ideographs = ops.Matches(RAW, f"(?:{_HAN}|·|{_SPACE}|{_RADICAL}|[{_DOTS}])+")
    every = ops.Translate(RAW, _DOTS[:-1] + RADICALS + FULL_WIDTH, "·" * (len(_DOTS) - 1) + IDEOGRAPHS + HALF_WIDTH)
    words = ops.Trim(ops.Replace(every, f"{_SPACE}+", " "))
    together = ops.Replace(RAW, f"{_SPACE}+")
    # Of dots alone: an engine pays for each sign that it is to look for, and radicals are many and rare.
    dots = ops.Translate(together, _DOTS, "·" * len(_DOTS))
    branches = ((usual, RAW), (spaced, together), (dotted, dots), (ideographs, _in_one_form(together)))
    return ops.Case(branches, words)


def _organization() -> ops.Expression:
    """Folded but for the brackets, which Chinese names write in full width; no space beside an ideograph."""
    usual = ops.Matches(RAW, f"(?:{_HAN}|[（）0-9A-Za-z·])+")
    bracketed = ops.Matches(RAW, f"(?:{_HAN}|[()（）0-9·])+")
    name = ops.Column("name")
    han = ops.Matches(name, f"(?:{_HAN}|[()·0-9]|{_SPACE})+")
    tidy = ops.Case(((han, _full_width_brackets(ops.Replace(name, f"{_SPACE}+"))),), name)
    return ops.Case(((usual, RAW), (bracketed, _full_width_brackets(RAW))), ops.Let(name.name, _name(), tidy))


def _full_width_brackets(text: ops.Expression) -> ops.Expression:
    return ops.Replace(ops.Replace(text, "\\(", "（"), "\\)", "）")


def _address() -> ops.Expression:
    """Full-width letters and digits folded, radicals put right, no space at the ends or twice."""
    clean = ops.Matches(RAW, f"(?:{_HAN}|[0-9A-Za-z（）#-])+")
    signs, plain = FULL_WIDTH, HALF_WIDTH
    kept = [place for place, sign in enumerate(signs) if sign not in "（），、；："]
    signs, plain = ("".join(side[place] for place in kept) for side in (signs, plain))
    changed = ops.Translate(RAW, signs + RADICALS, plain + IDEOGRAPHS)
    return ops.Case(((clean, RAW),), ops.Trim(ops.Replace(changed, f"{_SPACE}+", " ")))


def _at_most(length: int) -> ops.Expression:
    return ops.Case(((ops.Compare("<=", ops.Length(TEXT), ops.Literal(length, ops.INTEGER)), TEXT),))


ELEMENTS: tuple[Element, ...] = (
    Element(
        code="text",
        name=Bilingual("文本", "Text"),
        synonyms=synonyms(
            "文本 备注 说明 描述 内容 事由 原因 经营范围 意见 摘要 标题 简介 其他",
            "text string remark remarks note notes description comment content title reason summary beizhu sm ms nr",
        ),
        type=ops.TEXT,
        clean=ops.Trim(RAW),
        value=TEXT,
        source="GB 18030-2022",
        form=Bilingual("任意文本，只去首尾空白", "Any text; only spaces at its ends are dropped"),
        examples=("备注", " 有空格 ", "①Ⅲ㎡"),
    ),
    Element(
        code="code",
        name=Bilingual("代码", "Code"),
        synonyms=synonyms(
            "代码 编号 序号 编码 流水号 证号 单号 档号 案号 证书编号 业务编号 受理编号 许可证号 登记号 学号 工号",
            "病历号 住院号",
            "code no id number_no serial_no serial_number case_no license_no record_id bh xh bm lsh zsbh dm",
        ),
        type=ops.TEXT,
        clean=ops.Case(((ops.Matches(RAW, "[!-~]+"), RAW),), ops.Trim(folded(RAW))),
        value=_at_most(200),
        source="GB/T 7027-2002",
        form=Bilingual("字母、数字和符号，最多 200 字", "Letters, digits and marks, at most 200"),
        examples=("A-001", "０１２", "京教〔2024〕5号"),
    ),
    Element(
        code="person_name",
        name=Bilingual("姓名", "Name of a person"),
        synonyms=synonyms(
            "姓名 名字 人员姓名 申请人 申请人姓名 联系人 联系人姓名 法定代表人 法定代表人姓名 法人姓名 户主",
            "户主姓名 患者姓名",
            "学生姓名 监护人 监护人姓名 经办人 负责人 负责人姓名 纳税人姓名 参保人 参保人姓名 配偶姓名 父亲姓名",
            "母亲姓名 男方姓名 女方姓名 权利人",
            "name first_name last_name given_name family_name surname",
            "patient_name student_name applicant_name guardian_name employee_name",
            "full_name person_name real_name contact_name owner_name xm lxr lxrxm fddbr hzxm jbr fzr",
        ),
        type=ops.TEXT,
        clean=_name(),
        value=ops.Case(((ops.Matches(RAW, _USUAL_NAME), TEXT), (ops.Matches(TEXT, "[^0-9]{1,60}"), TEXT))),
        source="GA/T 543.1-2011",
        form=Bilingual("不含数字，最多 60 字，间隔号写作 ·", "No digits, at most 60 characters, the middle dot as ·"),
        sensitivity="personal",
        examples=("张三", "李 四", "阿布都•热合曼", "Anna  Maria Smith"),
    ),
    Element(
        code="organization_name",
        name=Bilingual("单位名称", "Name of an organization"),
        synonyms=synonyms(
            "单位名称 单位 企业名称 公司名称 机构名称 组织名称 组织机构名称 纳税人名称 申请单位 参保单位 用人单位",
            "工作单位 学校名称",
            "医院名称 主体名称 商户名称 个体户名称 建设单位 发证机关 登记机关 主管部门 organization",
            "organization_name",
            "company company_name org_name enterprise_name employer school_name hospital_name dwmc qymc gsmc jgmc",
            "nsrmc",
        ),
        type=ops.TEXT,
        clean=_organization(),
        value=_at_most(200),
        source="GB/T 32100-2015",
        form=Bilingual(
            "最多 200 字，中文名称用全角括号", "At most 200 characters; Chinese names with full-width brackets"
        ),
        sensitivity="organization",
        examples=("云州市某某有限公司", "云州(集团) 有限公司", "ＡＢＣ Company"),
    ),
    Element(
        code="address",
        name=Bilingual("地址", "Address"),
        synonyms=synonyms(
            "地址 住址 住所 户籍地址 户籍所在地 家庭住址 家庭地址 现住址 居住地址 坐落 房屋坐落 经营场所 经营地址",
            "注册地址 通讯地址",
            "联系地址 单位地址 详细地址 案发地点 发生地点 address addr street home_address registered_address",
            "location",
            "dz zz jtzz hjdz txdz jycs zcdz",
        ),
        type=ops.TEXT,
        clean=_address(),
        value=_at_most(500),
        source="GB/T 23705-2009",
        form=Bilingual(
            "最多 500 字，全角字母和数字转半角", "At most 500 characters; full-width letters and digits folded"
        ),
        checks=(Check("length", ops.Compare(">=", ops.Length(TEXT), ops.Literal(2, ops.INTEGER)), "warning"),),
        sensitivity="personal",
        examples=("北京市海淀区某路１号", "某路 1 号  2 单元", "Ａ座１２０３"),
    ),
)
