"""Words by which names, illnesses and places are told: for finding what a column or a text holds, never for judging."""

from functools import cache

from ronghe.standards.likely_names import SURNAMES
from ronghe.standards.region_names import short_name
from ronghe.standards.regions import on

__all__ = [
    "COMPOUND_SURNAMES",
    "EVERYDAY",
    "ILLNESSES",
    "NOT_IN_NAMES",
    "PINYIN_SURNAMES",
    "SURNAMES",
    "SYLLABLE",
    "TITLES",
    "UNKNOWN",
    "places",
]

COMPOUND_SURNAMES = (
    "欧阳|上官|司马|诸葛|司徒|东方|皇甫|尉迟|公孙|慕容|令狐|夏侯|端木|南宫|独孤|"
    "长孙|宇文|申屠|轩辕|钟离|呼延|万俟|闻人|澹台|赫连"
)
NOT_IN_NAMES = (
    "的了是在有和与为这那我你他她它们不很都也就还又再没被把对从到及等或其个什么怎吗呢吧啊之请无已未将应须并且但因"
)
"""Characters that no given name has: with one of them a word is none."""

PINYIN_SURNAMES = (
    "wang|li|zhang|liu|chen|yang|huang|zhao|wu|zhou|xu|sun|ma|zhu|hu|guo|he|lin|gao|luo|zheng|liang|xie|song|tang|deng|feng|"
    "han|cao|zeng|peng|xiao|cai|pan|tian|dong|yuan|yu|ye|jiang|du|su|wei|cheng|lv|lu|ding|shen|ren|yao|zhong|cui|tan|liao|"
    "fan|shi|jin|jia|xia|fu|fang|zou|xiong|bai|meng|qin|qiu|hou|yin|xue|yan|lei|long|tao|hao|gu|kong|shao|wan|qian|mao|"
    "ouyang|situ|shangguan"
)
SYLLABLE = (
    "(?:zh|ch|sh|[bpmfdtnlgkhjqxzcsryw])?(?:[iuv]?(?:a(?:i|o|ng?)?|o(?:u|ng)?|e(?:i|ng?|r)?)|i(?:u|ng?)?|u(?:i|n)?|v)"
)
"""A syllable of pinyin without its tone, in small letters."""

_EVERYDAY = (
    "关系 关于 关注 方便 方式 方法 方案 方面 高度 高峰 高兴 安全 安排 安装 成功 成立 成为 常见 常住 "
    "常用 应该 应当 时间 时候 时效 单位 单独 单据 马上 万元 文件 文化 明确 明天 程序 程度 全部 全家 "
    "全体 金额 白天 张贴 毛病 路边 车辆 车主 车位 计划 计算 项目 许可 严重 温馨 连续 经营 江边 向上 "
    "向下 元月 万一 和谐 华侨 水费 水电 古迹 平时 平均 平台 党员 党组 党委 施工 管理 管道 费用 汤药 "
    "康复 凌晨 季度 农村 农民 司机 麦田 曲线 解决 解释 房屋 房产 房东 阳台 蓝色 石头 汪洋 田地 任何 "
    "任务 任职 谢谢 贺信 钟头 顾客 黄色 白色 余额 余款 祝贺 段落 雷雨 毕业 苗木 盛夏 景区 古城 宁可 "
    "支持 支付 支行 车间 高级 高中 高温 金融 马路 路口 路灯 国家 "
)
EVERYDAY = frozenset(_EVERYDAY.split())
"""Everyday words that begin as a surname does: after 本人 or 申请人 they are no name."""

UNKNOWN = ("未知", "保密", "未说明", "未提供", "无法提供", "不愿透露", "unknown", "Unknown", "UNKNOWN", "withheld")

TITLES = "Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Sir|Madam|Rev"


ILLNESSES = (
    "高血压|糖尿病|冠心病|脑梗|心肌梗|心脏病|癌|肿瘤|白血病|肝炎|乙肝|丙肝|艾滋|梅毒|结核|肺炎|哮喘|支气管炎|胃炎|肾炎|肾衰|尿毒症|"
    "抑郁|焦虑症|精神分裂|双相|癫痫|帕金森|阿尔茨海默|痴呆|骨折|骨质疏松|关节炎|贫血|甲亢|甲减|痛风|高血脂|脂肪肝|肝硬化|中风|"
    "偏瘫|残疾|先天性|过敏|怀孕|妊娠|流产|不孕|产后|化疗|透析|手术史|青霉素|胰岛素|阿司匹林|上呼吸道感染|新冠|流感疫苗|"
    "diabetes|hypertension|cancer|carcinoma|tumou?r|leuka?emia|hepatitis|tuberculosis|asthma|pneumonia|depression|"
    "schizophrenia|epilepsy|dementia|alzheimer|hiv|aids|stroke|fracture|arthritis|pregnan|chemotherapy|dialysis"
)
"""Words that tell of somebody's health."""


@cache
def places() -> tuple[str, ...]:
    """The short names of divisions that have the form of a person's name: 江宁, 常山, 龙游."""
    short = {short_name(region.name) for region in on().values()}
    return tuple(sorted(name for name in short if 2 <= len(name) <= 3 and name[0] in SURNAMES))
