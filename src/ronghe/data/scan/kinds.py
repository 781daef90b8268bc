"""The kinds of personal and sensitive data that a scan knows, and how much evidence each of them takes.

A column's name is asked first by the data elements' own synonyms, then by the words here, which also know names that no
element has. Nothing is said of single data sets: every share is a rule about a kind.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

__all__ = ["KINDS", "Kind", "Subject", "named_kinds"]

Subject = Literal["personal", "sensitive", "organization"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of data.

    subject     whom it is about, as the elements say it
    names       words of a column's name, after `normalized`, that speak for it; `others` speak against it
    alone       the share of filled cells that must have its form where the name says nothing; None: never enough
    with_name   that share where the name speaks for it; 0 where the name alone is enough
    """

    code: str
    subject: Subject
    names: str
    alone: float | None
    with_name: float
    others: str = "(?!)"

    def named(self, column: str) -> bool:
        """True when the name, normalized, speaks for this kind."""
        return _occurs(self.names, column) and not self.denied(column)

    def denied(self, column: str) -> bool:
        """True when the name, normalized, speaks against it."""
        return _occurs(self.others, column)


@lru_cache(maxsize=1 << 14)
def _occurs(words: str, column: str) -> bool:
    """Tables of one city have their names of columns in common, and many kinds their words."""
    return re.search(words, column) is not None


_NOT_OF_PEOPLE = "单位|企业|公司|机构|组织|部门|学校|医院|银行名|开户行$|company|school|hospital|organi[sz]ation"
_COUNTS = (
    "人数|数量|次数|总数|户数|个数|比例|率$|时间$|日期$|日$|年$|类型$|类别$|状态$|单位$|count$|type$|date$|status$"
)

KINDS: tuple[Kind, ...] = (
    Kind(
        "citizen_id",
        "personal",
        "身份证|身份号|公民身份|证件号|证件编号|驾驶证号|sfz|gmsf|^jszh$|idcard|idno$|citizenid|nationalid|identityn",
        0.3,
        0.02,
        f"类型|种类|名称|有效|签发|{_COUNTS}",
    ),
    Kind(
        "unified_credit_code",
        "organization",
        "信用代码|信用编码|信用证代码|统一代码|纳税人识别号|税号|shxydm|xydm$|uscc|usci|creditcode|taxpayerid",
        0.3,
        0.02,
    ),
    Kind(
        "bank_card",
        "sensitive",
        "卡号|账号|帐号|账户$|帐户$|银行账户|银行卡|信用卡|yhk|yhzh|cardn(?:o|um)|bankcard|bankaccount|accountn(?:o|um)|creditcard",
        0.6,
        0.2,
        "就诊卡|医保卡|社保卡号|学生卡|登录|微信|用户账[号户]",
    ),
    Kind("plate", "personal", "车牌|号牌|牌照|车号|hphm|cphm|^cph$|plate|carno|vehicleno", 0.3, 0.05),
    Kind("passport", "personal", "护照|^hzh(?:m)?$|passport|证件号|证件编号", 0.6, 0.03, _COUNTS),
    Kind(
        "travel_permit",
        "personal",
        "通行证|台胞证|回乡证|居留证|居留许可|港澳证|travelpermit|residencepermit|证件号",
        None,
        0.03,
        _COUNTS,
    ),
    Kind("officer_card", "personal", "军官证|士兵证|警官证|军人证|officercard|militaryid|证件号", 0.6, 0.03, _COUNTS),
    Kind(
        "person_number",
        "personal",
        "学籍号|学籍辅号|学号|工号|社保编?号|社会保障号|医保编?号|参保编?号|个人编号|人员编号|病历号|病案号|住院号|门诊号|就诊号|就诊卡|"
        "就诊流水|残疾人?证|残疾证|低保证|低保号|户号|户口簿号|准考证|出生证|接种编号|接种证|结婚证|离婚证|登记证字号|驾驶证档案|"
        "不动产权证号|房产证号|社保卡号|医保卡|个人识别号|^grbh$|^rybh$|patientid|studentid|employeeid|memberid|"
        "socialsecurity|ssn$|medicalrecord|insuranceno|driver.?licen[cs]e|personid",
        0.75,
        0.0,
        f"{_COUNTS}|残疾等级|残疾类",
    ),
    Kind(
        "mobile", "personal", "手机|移动电话|^s?j$|sjh|yddh|mobile|cell|电话|联系方式|lxdh|lxfs|phone|tel", 0.75, 0.05
    ),
    Kind("landline", "personal", "电话|座机|固话|传真|联系方式|lxdh|lxfs|gddh|phone|tel|fax", 0.5, 0.05),
    Kind("email", "personal", "邮箱|电子邮件|邮件地址|mail|dzyx|^yx$", 0.3, 0.02),
    Kind(
        "instant_messaging",
        "personal",
        "微信|qq号|^qq$|^wxh?$|微博|支付宝|wechat|weixin|wxid|whatsapp|telegram",
        0.3,
        0.0,
        _COUNTS,
    ),
    Kind("ip_address", "personal", "ip地址|^ip$|ip$|网络地址|ipaddr|ipv[46]|^ipdz$", 0.5, 0.05),
    Kind("mac_address", "personal", "mac地址|^mac$|macaddr|物理地址|网卡", 0.5, 0.05),
    Kind(
        "device_number",
        "personal",
        "imei|imsi|iccid|idfa|oaid|androidid|设备号|设备标识|设备串号|deviceid|udid|车架号|^vin$",
        None,
        0.0,
        _COUNTS,
    ),
    Kind(
        "person_name",
        "personal",
        "姓名|^名字$|^xm$|xm$|申请人$|联系人$|户主$|权利人$|所有人$|法定代表人$|负责人$|监护人$|经办人$|受种者$|当事人$|患者$|"
        "家长$|纳税人$|参保人$|持有人$|受益人$|被保险人$|投保人$|借款人$|承租人$|业主$|车主$|投诉人$|举报人$|委托人$|代理人$|"
        "^syr$|^lxr$|fddbr$|^jbr$|^fzr$|曾用名|fullname|personname|realname|firstname|lastname|surname|givenname|"
        "patientname|studentname|contactname|ownername|applicantname|employeename|customername",
        0.75,
        0.2,
        "单位|企业|公司|机构|组织|部门|电话|手机|号码|证件|类型|代码|编号|学校|医院|company|school",
    ),
    Kind(
        "person_name_latin",
        "personal",
        "姓名|英文名|拼音|外文名|^name$|fullname|personname|firstname|lastname|surname|givenname|"
        "(?:patient|student|contact|owner|applicant|employee|customer|staff|guest|author)name",
        0.75,
        0.4,
        f"{_NOT_OF_PEOPLE}|file|user",
    ),
    Kind(
        "address",
        "personal",
        "住址|地址|住所|坐落|户籍地$|居住地$|籍贯|家庭住|现住|门牌|详细地|经营场所|^dz$|jtzz|hjdz|txdz|zsxxdz|xxdz$|^jycs$|"
        "address|addr$|street|residence",
        0.5,
        0.05,
        "ip地址|网络地址|mac|邮箱|邮件|网址|物理|电子|email|url",
    ),
    Kind(
        "birth_date",
        "personal",
        "出生|生日|^csrq$|^csny$|birth|^dob|^bday",
        None,
        0.05,
        "出生地|出生证|出生医学|出生人数|place|weight|地点|体重",
    ),
    Kind(
        "origin",
        "personal",
        "籍贯|户籍地区|户籍所在|出生地|国籍|birthplace|nationality|nativeplace",
        None,
        0.0,
        _COUNTS,
    ),
    Kind("age", "personal", "^年龄|年龄$|周岁|^nl$|^age$", None, 0.0, _COUNTS),
    Kind(
        "location",
        "sensitive",
        "经度|纬度|经纬度|坐标|定位|轨迹|行踪|longitude|latitude|^lng$|^lon$|^lat$|gps|coordinat|^jd$|^wd$",
        0.6,
        0.0,
        "时间|设备|精度",
    ),
    Kind("sex", "personal", "性别|^xb$|^sex|^gender", None, 0.0, _COUNTS + "|比"),
    Kind("ethnic_group", "personal", "民族|^mz$|ethnic", None, 0.0, "民族政策|民族乡|地区|" + _COUNTS),
    Kind("marital_status", "personal", "婚姻|婚否|^hyzk$|marital", None, 0.0, "登记机关|日期|时间"),
    Kind(
        "household",
        "personal",
        "与户主关系|^关系$|与.*关系|亲属关系|家庭成员|家庭人口|^yhzgx$|kinship|relationship|householdsize",
        None,
        0.0,
    ),
    Kind(
        "education",
        "personal",
        "学历|学位|文化程度|就读|年级|班级|受教育|^whcd$|^xl$|education",
        None,
        0.0,
        "教育局|机构|经费|年限",
    ),
    Kind(
        "political",
        "personal",
        "政治面貌|党派|入党|^zzmm$|politic|partymember",
        None,
        0.0,
    ),
    Kind("religion", "sensitive", "宗教|信仰|religion|^zjxy$", None, 0.0, "场所|活动|团体"),
    Kind(
        "biometric",
        "sensitive",
        "指纹|人脸|虹膜|声纹|掌纹|基因|面部|dna|证件照|身份证照|照片|fingerprint|faceid|facial|biometric|voiceprint|iris",
        None,
        0.0,
        f"{_COUNTS}|设备",
    ),
    Kind(
        "medical",
        "sensitive",
        "诊断|病情|病史|疾病|病种|症状|主诉|过敏|用药|处方|手术|检验结果|检查结论|血型|血压|血糖|疫苗|接种(?!编号|日期|单位|机构|证)|"
        "健康状况|体检|残疾|伤残|孕|icd|diagnos|disease|symptom|allerg|medication|bloodtype|vaccin|disab|health",
        0.5,
        0.0,
        f"机构|医院名|科目|政策|手术室|(?:残疾人?证|残疾证)|库存|厂家|{_COUNTS.replace('类型$|类别$|', '')}",
    ),
    Kind(
        "financial",
        "sensitive",
        "收入|工资|薪[资酬水金]|奖金|补助|补贴|救助金|抚恤|养老金|公积金|缴费基数|社保费|存款|余额|贷款|欠款|负债|资产状况|信用评|"
        "征信|个税|个人所得|医疗费|总费用|自付|报销|月租金|低保金|salary|income|wage|balance|loan|debt|creditscore|pension",
        None,
        0.0,
        f"营业|经营|主营|销售|企业|公司|财政|项目|预算|投资|非税|土地出让|{_COUNTS}",
    ),
    Kind(
        "criminal",
        "sensitive",
        "犯罪|前科|刑期|罪名|处罚记录|违法记录|戒毒|吸毒|矫正|criminal|conviction|offen[cs]e",
        None,
        0.0,
        _COUNTS + "|率|案件",
    ),
    Kind(
        "credential",
        "sensitive",
        "密码|口令|password|passwd|^pwd$|secret|验证码|密钥|令牌|token$|apikey",
        None,
        0.0,
        "状态|次数",
    ),
    Kind("free_text", "personal", "(?!)", None, 0.0),
)
"""In the order in which names are tried: the narrower before the wider."""


def named_kinds(column: str) -> frozenset[str]:
    """The kinds for which a normalized name speaks."""
    return frozenset(kind.code for kind in KINDS if kind.named(column))
