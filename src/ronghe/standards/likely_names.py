"""What names of people and of organizations look like: for guessing what a column holds, never for judging a cell."""

import re
from functools import cache
from importlib.resources import files

__all__ = ["SURNAMES", "given_names", "like_a_person", "like_an_organization"]

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖萧田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔"
    "谭陆范汪廖石金贾韦夏付傅方邹熊白孟秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安"
    "齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳"
    "管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬赖常"
)
"""The surnames of nearly all people in China, the most common first."""
_COMPOUND = "欧阳|上官|司马|诸葛|司徒|东方|皇甫|尉迟|公孙|慕容|令狐|夏侯|端木|南宫|独孤"
_HAN_NAME = (
    f"(?:[{SURNAMES}][\u4e00-\u9fff]{{1,3}}|(?:{_COMPOUND})[\u4e00-\u9fff]{{1,2}}|[{SURNAMES}][*＊○某xX]{{1,3}}.?)"
)
_OTHER_PEOPLES = "[\u4e00-\u9fff]{1,10}(?:[·•・][\u4e00-\u9fff]{1,10})+"
_PERSON = re.compile(f"{_HAN_NAME}|{_OTHER_PEOPLES}")
_LETTERS = re.compile("[A-Za-z][A-Za-z'’.-]*,?(?: [A-Za-z][A-Za-z'’.-]*){1,3}")
_HAN_FORMS = (
    "公司|集团|商店|超市|商行|经营部|门市部?|工作室|事务所|合作社|加工厂|工厂|厂|店|馆|酒楼|宾馆|酒店|饭店|餐厅|医院|卫生院|诊所|"
    "学校|小学|中学|大学|学院|幼儿园|中心|协会|基金会|研究院|研究所|委员会|居委会|村委会|局|厅|办公室|银行|支行|农场|分公司"
)
_HAN_ORGANIZATION = re.compile(f".*(?:{_HAN_FORMS})(?:[（(].*[）)])?")
_FORMS = (
    "inc|llc|ltd|co|corp|corporation|company|gmbh|plc|limited|restaurant|cafe|caffe|coffee|bar|grill|deli|bakery|market|store|"
    "shop|hotel|motel|inn|hostel|resort|school|academy|college|university|hospital|clinic|pharmacy|center|centre|club|"
    "church|bank|association|foundation|society|services|service|kitchen|pizza|catering|supermarket|foods?|group|"
    "department|agency|office|institute|library|museum|theat(?:er|re)|salon|garage|preschool|daycare|nursery"
)
_ORGANIZATION = re.compile(rf"(?:.*[^a-z])?(?:{_FORMS})(?:[^a-z].*)?", re.IGNORECASE)


@cache
def given_names() -> tuple[str, ...]:
    """Common given names in Latin letters, each with a capital and without accents."""
    text = files("ronghe.standards").joinpath("words/given_names.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return tuple(name.capitalize() for line in lines for name in line.split())


def like_an_organization(name: str) -> bool:
    """True when a word in it says so: a legal form or a trade, in Chinese at the end, in English anywhere."""
    return bool(_HAN_ORGANIZATION.fullmatch(name) or _ORGANIZATION.fullmatch(name))


def like_a_person(name: str, *, letters: bool = False) -> bool:
    """True when it is a Chinese surname with one to three characters after it, or parts with a dot between.

    With `letters` also two to four words of letters: a person's name where others than people are not expected.
    """
    if like_an_organization(name):
        return False
    return bool(_PERSON.fullmatch(name.replace(" ", "")) or (letters and _LETTERS.fullmatch(name)))
