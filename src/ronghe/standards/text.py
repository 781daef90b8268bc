"""Elements of words: names, addresses, free text, and codes that have no standard of their own."""

from ronghe.messages import Bilingual
from ronghe.standards.element import RAW, TEXT, Check, Element
from ronghe.standards.folding import folded
from ronghe.tables import expressions as ops

__all__ = ["ELEMENTS"]

_PLAIN = ops.Trim(RAW)
_HAN = "[㐀-䶿一-鿿豈-\ufaff·]"
_KANGXI_NAMES = (
    "⼀⼁⼆⼈⼉⼊⼋⼏⼑⼒⼗⼘⼚⼜⼝⼞⼟⼠⼤⼥⼦⼨⼩⼫⼭⼯⼰⼲⼴⼶⼸⼼⼽⼾⼿⽀⽂⽃⽄⽅"
    "⽇⽈⽉⽊⽌⽐⽑⽒⽓⽔⽕⽗⽚⽛⽜⽝⽟⽠⽡⽢⽣⽤⽥⽩⽪⽬⽭⽮⽯⽰⽲⽳⽴⽵⽶⽷⽺⽻⽼⽽"
    "⽿⾁⾂⾃⾄⾆⾈⾉⾊⾍⾎⾏⾐⾒⾓⾔⾕⾖⾚⾛⾜⾝⾞⾟⾠⾢⾤⾥⾦⾧⾨⾬⾯⾰⾲⾳⾴⾵⾶⾷"
    "⾸⾹⾺⾻⾼⿁⿂⿃⿇⿈⿊⿐⿒⿓"
)
_IDEOGRAPHS = (
    "一丨二人儿入八几刀力十卜厂又口囗土士大女子寸小尸山工己干广弋弓心戈户手支文斗斤方"
    "日曰月木止比毛氏气水火父片牙牛犬玉瓜瓦甘生用田白皮目矛矢石示禾穴立竹米糸羊羽老而"
    "耳肉臣自至舌舟艮色虫血行衣見角言谷豆赤走足身車辛辰邑釆里金長門雨面革韭音頁風飛食"
    "首香馬骨高鬼魚鳥麻黄黑鼻齒龍"
)


def _in_one_form(raw: ops.Expression) -> ops.Expression:
    """One kind of middle dot, and radicals as ideographs."""
    return ops.Translate(raw, f"•・‧∙{_KANGXI_NAMES}", f"····{_IDEOGRAPHS}")


def _cleaned_name() -> ops.Expression:
    """A name: full-width letters folded, no space between ideographs and one between words of letters."""
    space = f"[{ops.WHITESPACE}]"
    usual = ops.Matches(RAW, f"{_HAN}+")
    ideographs = ops.Matches(RAW, f"(?:{_HAN}|{space}|[•・‧∙\u2f00-\u2fd5])+")
    words = ops.Trim(ops.Replace(_in_one_form(folded(RAW)), f"{space}+", " "))
    return ops.Case(((usual, RAW), (ideographs, _in_one_form(ops.Replace(RAW, f"{space}+")))), words)


def _element(code: str, zh: str, en: str, synonyms: tuple[str, ...], **more: object) -> Element:
    fixed: dict[str, object] = {"clean": _PLAIN, "value": TEXT, "source": "", "form": Bilingual("文本", "Text")}
    return Element(code=code, name=Bilingual(zh, en), synonyms=synonyms, type=ops.TEXT, **{**fixed, **more})  # type: ignore[arg-type]


ELEMENTS: tuple[Element, ...] = (
    _element(
        "text", "文本", "Text", ("备注", "说明", "描述", "内容", "remark", "note", "description", "comment", "bz")
    ),
    _element(
        "code",
        "代码",
        "Code",
        ("编号", "代码", "序号", "编码", "流水号", "证号", "code", "no", "bh", "xh", "id"),
        clean=ops.Case(((ops.Matches(RAW, "[!-~]+"), RAW),), ops.Trim(folded(RAW))),
        form=Bilingual("字母、数字和符号", "Letters, digits and marks"),
        checks=(Check("length", ops.Compare("<=", ops.Length(TEXT), ops.Literal(200))),),
        examples=("A-001", "０１２"),
    ),
    _element(
        "person_name",
        "姓名",
        "Name of a person",
        (
            "姓名",
            "名字",
            "申请人",
            "联系人",
            "法定代表人",
            "户主姓名",
            "患者姓名",
            "学生姓名",
            "经办人",
            "负责人",
            "xm",
        ),
        clean=_cleaned_name(),
        value=ops.Case(((ops.Matches(TEXT, "[^0-9]{1,60}"), TEXT),)),
        sensitivity="personal",
        form=Bilingual("不含数字，最多 60 字", "No digits, at most 60 characters"),
        examples=("张三", "李 四", "阿布都·热合曼"),
    ),
    _element(
        "organization_name",
        "单位名称",
        "Name of an organization",
        ("单位名称", "企业名称", "公司名称", "机构名称", "纳税人名称", "申请单位", "参保单位", "学校名称", "company"),
        clean=_cleaned_name(),
        value=ops.Case(((ops.Compare("<=", ops.Length(TEXT), ops.Literal(200)), TEXT),)),
        sensitivity="organization",
        examples=("云州市某某有限公司",),
    ),
    _element(
        "address",
        "地址",
        "Address",
        ("地址", "住址", "住所", "户籍地址", "家庭住址", "坐落", "经营场所", "注册地址", "address", "dz", "zz"),
        clean=ops.Case(
            ((ops.Found(RAW, "[\uff01-\uff5e\u3000]"), ops.Trim(folded(RAW))),),
            ops.Trim(RAW),
        ),
        sensitivity="personal",
        examples=("北京市海淀区某路１号",),
    ),
)
