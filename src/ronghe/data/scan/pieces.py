"""The patterns by which a text is cut into what may be personal; the first that fits a place wins.

All repeats are bounded, so that no text takes longer than its length says.
"""

import re

from ronghe.data.scan.words import COMPOUND_SURNAMES, ILLNESSES, SURNAMES, TITLES
from ronghe.standards.identifiers import PLATE_PROVINCES
from ronghe.standards.likely_names import given_names

__all__ = ["HINTS", "PIECES"]

_HAN = "[\u4e00-\u9fff\u3400-\u4dbf]"
_UPPER, _LOWER = "A-ZÀ-ÖØ-ÞĀ-Ž", "a-zß-öø-ÿā-ž"
_WORD = f"(?:[{_UPPER}][{_LOWER}]{{1,19}}(?:['’-]?[{_UPPER}][{_LOWER}]{{1,19}})?|[{_UPPER}]\\.?(?= ))"
_GIVEN = "(?:" + "|".join(sorted(given_names(), key=lambda name: (-len(name), name))) + ")"

_ANNOUNCES = (
    "联系|通知|致电|走访|回访|告知|"
    "申请人|联系人|经办人|负责人|当事人|举报人|投诉人|报案人|受害人|被害人|嫌疑人|法定代表人|法人代表|代理人|委托人|监护人|"
    "承租人|出租人|买受人|出卖人|借款人|担保人|收件人|寄件人|户主|业主|车主|司机|户名|患者|病人|家属|家长|学生|老师|姓名|名字|本人|"
    "父亲|母亲|丈夫|妻子|配偶|儿子|女儿|哥哥|弟弟|姐姐|妹妹|爷爷|奶奶|孙子|外孙|残疾人|低保户|村民|居民|群众|职工|员工|"
    "纳税人|参保人|死者|伤者|乘客|来访人|来电人|反映人|男方|女方|原告|被告|证人|同学|同志|收款人|付款人"
)
_ENDS = "先生|女士|小姐|同志|老师|同学|医生|师傅|大爷|大妈|阿姨|主任|书记|局长|科长|处长|经理|律师|警官|法官"
_VERBS = (
    "来电|来访|反映|申请|要求|投诉|举报|咨询|表示|说|称|提交|于|在|因|因为|的|电话|手机|身份|证件|男|女|住|现|已|系|为|是|与|和|及|"
    "、|，|,|。|；|;|：|:|（|\\(|\\)|）|\\s|[0-9A-Za-z]|$|/|将|自|从|需|被|向|到|携|名下|家|办理|补|缴|患|确诊|同意|本人|未|后|等|联系|"
    "拨打|变|搬|迁|拒|多次|上门|今|昨|前|无|有|可|请|经|核"
)
_ACTS = (
    "来电|来访|来信|致电|反映|申请|投诉|举报|咨询|要求|表示"
    "|[（(，,、]?(?:身份证|证件|电话|手机)|[（(，,](?:男|女)[，,。）)]"
)
_CHINESE_NAME = f"(?:(?:{COMPOUND_SURNAMES}){_HAN}{{1,2}}?|[{SURNAMES}]{_HAN}{{1,2}}?|{_HAN}{{2,8}}·{_HAN}{{2,8}})"
_STREET_WORD = (
    "(?:Street|St|Road|Rd|Avenue|Ave|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Square|Sq|Highway|Hwy|Parkway|Pkwy|Way|"
    "Place|Pl|Terrace|Crescent|Close|Trail|Circle|Cir|Unions|Manor|Plaza)"
)
_WAY = "(?:大道|大街|新村|小区|花园|家园|嘉园|公寓|大厦|广场|胡同|路|街|巷|弄|里|坊|苑|村|镇|乡|道)"
_NUMBERED = "[0-9A-Za-z一二三四五六七八九十百-]{1,9}(?:号楼|号院|号|弄|栋|幢|座|单元|室|组|层|楼)"

_EMAIL = r"(?<![A-Za-z0-9_.+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6}(?![A-Za-z0-9_-])"
_DOMAIN = "com|org|net|edu|gov|info|io|co|cn|uk|de|fr|es|it|nl|se|ch|br|au|jp|ru|eu|us|ca"
_URL = (
    r"(?<![A-Za-z0-9_@])(?:https?://|ftp://|[Ww]{3}\.)[^\s<>\"'，。；）)]{3,300}"
    rf"|(?<![A-Za-z0-9_@./-])(?:[A-Za-z0-9-]{{2,40}}\.){{1,3}}(?:{_DOMAIN})(?:/[^\s<>\"']{{0,200}})?(?![A-Za-z0-9_.-])"
)
_DAY = (
    r"(?<![0-9./-])(?:(?:1[89]|20)[0-9]{2}[-/.年] ?[0-9]{1,2}[-/.月] ?[0-9]{1,2}日?"
    r"|[0-9]{1,2}[/.][0-9]{1,2}[/.](?:19|20)[0-9]{2})(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?(?![0-9./-])"
)
_UNIT = "[0-9A-Za-z一二三四五六七八九十-]{1,6}(?:号楼|号|栋|幢|座|单元|室|层|楼)?"
_LIVES = "(?:家|现|居|暂|常)?住(?:址|所|在|于)?|位于|地址|坐落|搬到|(?:搬)?迁(?:到|至)"
_HAN_ADDRESS = (
    f"(?:{_HAN}{{2,8}}?(?:省|自治区|市|区|县|州|旗|镇|乡|街道)){{0,4}}{_HAN}{{1,8}}?{_WAY}"
    f"(?:{_HAN}{{0,6}}?{_NUMBERED}(?:{_HAN}{{0,4}}?{_UNIT}){{0,4}})"
)
_STREET = (
    rf"(?<![0-9A-Za-z])(?:[0-9]{{1,6}}[A-Za-z]? (?:[{_UPPER}0-9][{_LOWER}0-9'.-]{{0,20}} ){{1,4}}{_STREET_WORD}\b\.?"
    r"|P\.?O\.? Box [0-9]{1,6}|(?:Apt|Suite|Unit)\.? [0-9]{1,5})"
    r"(?:,? (?:Apt|Suite|Unit|Apartment|#)\.? ?[0-9A-Za-z]{1,5})?"
)
_NUMBER = (
    r"(?<![0-9A-Za-z.])(?<![0-9A-Za-z]-)(?:\+|\()?[0-9](?:[ ()./-]{0,3}[0-9]){4,21}(?:[Xx](?![A-Za-z]))?"
    r"(?:(?:转|x|ext\.? ?)[0-9]{1,6})?(?!-?[0-9])(?![A-Za-z])(?!-[0-9A-Fa-f]{4}-)"
)
_DECIMAL = r"-?(?:1[0-7][0-9]|[1-9]?[0-9])\.[0-9]{4,12}"
_POSITION = (
    rf"(?<![0-9.])(?:{_DECIMAL} ?°? ?[NnSs]?[,，;；/ ]{{1,2}}{_DECIMAL}(?: ?°? ?[EeWw](?![A-Za-z]))?"
    rf"|(?<=[经纬]度)[为是:：]{{0,2}} ?{_DECIMAL}|(?<=[东西]经|[南北]纬) ?[0-9]{{1,3}}\.[0-9]{{2,12}})(?![0-9.])"
)
_OF_MONEY = (
    "月收入|年收入|家庭收入|工资|月薪|年薪|薪资|奖金|养老金|退休金|低保金|抚恤金|公积金|存款|余额|欠款|负债|"
    "[Ss]alary|[Ii]ncome|[Ww]ages?|[Pp]ension"
)
_SUM = (
    r"[￥¥$€£]?(?:[0-9][0-9,]{1,11}(?:\.[0-9]{1,2})?|[0-9](?=[余多]?[百千万亿])|[一二三四五六七八九十百千两]{2,8})"
    "[余多]?[百千万亿]?元?"
)
_DEBTS = "贷款逾期|信用卡逾期|失信被执行|征信不良|拖欠贷款|负债累累|网贷"
_HANDLE = "(?:[A-Za-z][-_A-Za-z0-9]{5,19}|[1-9][0-9]{4,9})(?![-_A-Za-z0-9])"
_PAST_GIVEN = f"(?![{_LOWER}])(?: {_WORD}){{0,2}}(?![{_LOWER}@])"

_GROUPS = (
    ("email", _EMAIL),
    ("url", _URL),
    ("plate", f"{PLATE_PROVINCES}[A-Za-z][-·•. ]?[0-9A-Za-z]{{5,6}}(?![0-9A-Za-z])"),
    ("mac", r"(?<![A-Za-z0-9_:])(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}(?![A-Za-z0-9_:])"),
    ("ip6", r"(?<![A-Za-z0-9_:])(?:[0-9A-Fa-f]{1,4}:){3,7}(?::?[0-9A-Fa-f]{1,4}){1,4}(?![A-Za-z0-9_:])"),
    ("ip", r"(?<![A-Za-z0-9_.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![A-Za-z0-9_]|\.[0-9])"),
    ("iban", r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2} ?(?:[A-Za-z0-9]{4} ?){2,7}[A-Za-z0-9]{1,4}(?![A-Za-z0-9])"),
    ("pupil", r"(?<![A-Za-z0-9])[GLJ][0-9]{17}[0-9Xx](?![A-Za-z0-9])"),
    ("code18", r"(?<![A-Za-z0-9])[0-9ANYany][0-9A-HJ-NPQRTUWXYa-hj-npqrtuwxy]{17}(?![A-Za-z0-9])"),
    ("letter_code", r"(?<![A-Za-z0-9])[A-Za-z]{1,2}-?[0-9]{6,14}(?![A-Za-z0-9])"),
    ("day", _DAY),
    ("position", _POSITION),
    ("money", f"(?:{_OF_MONEY})(?:约|为|是|共|合计|仅|of|is|was|[:： ]){{0,4}}(?P<sum>{_SUM})"),
    ("debt", f"(?:{_DEBTS})"),
    ("messaging", f"(?:微信|[Ww]e[Cc]hat|QQ|qq)(?:号码?|ID)?[为是:： ]{{0,2}}(?P<handle>{_HANDLE})"),
    ("han_address", f"(?:{_LIVES})?(?P<spot>{_HAN_ADDRESS})"),
    ("street", _STREET),
    ("number", _NUMBER),
    (
        "announced",
        f"(?:{_ANNOUNCES})(?:姓名)?(?:为|是|叫)?[:：\\s]{{0,2}}(?P<after>{_CHINESE_NAME})(?={_VERBS}|{_ENDS})",
    ),
    ("acting", f"(?<!{_HAN}){_CHINESE_NAME}(?={_ACTS}|[ ,，:：（(]{{0,2}}1[3-9][0-9]{{9}}(?![0-9]))"),
    ("called", f"(?<!{_HAN})(?:(?:{COMPOUND_SURNAMES})|[{SURNAMES}]){_HAN}{{0,2}}?(?=(?:{_ENDS}))"),
    ("titled", rf"(?<![A-Za-z])(?:{TITLES})\.? (?:{_WORD}(?: |$|(?=[^A-Za-z]))){{1,3}}"),
    ("given", rf"(?<![A-Za-z@./]){_GIVEN}{_PAST_GIVEN}"),
    ("illness", f"(?i:{ILLNESSES})"),
)
PIECES = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _GROUPS))
"""Every piece of a text that may be something, by the name of its group."""

HINTS = re.compile(
    f"[0-9]{{5}}|[0-9][ ()./-]{{1,3}}[0-9]|[0-9]年|[0-9A-Fa-f][:-]{{1,2}}[0-9A-Fa-f]{{1,4}}[:-]|@|://|www\\.|\\.(?:com|org|net|cn)"
    f"|{PLATE_PROVINCES}[A-Za-z]|(?:{_ANNOUNCES})|(?:{_ACTS})|(?:{_ENDS})|{_WAY}|(?i:{ILLNESSES})"
    f"|(?:{_OF_MONEY})|(?:{_DEBTS})|[经纬]度|[东西]经|[南北]纬|微信|QQ|qq|[{_UPPER}][{_LOWER}]|[A-Za-z]-?[0-9]{{6}}"
)
"""What some piece begins with, or has in it: a text without it holds none. It is asked of whole columns in SQL, so it
has no sign that an engine may lack."""
