"""Where the people of the demo city live: real GB/T 2260 codes, made-up city and streets."""

CITY = "云州市"
"""The city does not exist; it borrows the district codes and names of one real prefecture, with their history."""

REGIONS: tuple[tuple[str, str, str], ...] = (
    ("330102", "上城区", "上城"),
    ("330105", "拱墅区", "拱墅"),
    ("330106", "西湖区", "西湖"),
    ("330108", "滨江区", "滨江"),
    ("330109", "萧山区", "萧山"),
    ("330110", "余杭区", "余杭"),
    ("330111", "富阳区", "富阳"),
    ("330112", "临安区", "临安"),
    ("330113", "临平区", "临平"),
    ("330114", "钱塘区", "钱塘"),
    ("330122", "桐庐县", "桐庐"),
    ("330127", "淳安县", "淳安"),
    ("330182", "建德市", "建德"),
)
"""Current code, name and everyday name of each district."""

REGION_WEIGHTS = (9, 10, 12, 5, 16, 12, 8, 6, 9, 6, 3, 3, 4)

OLD_CODES: dict[str, str] = {
    "330102": "330104",
    "330105": "330103",
    "330109": "330181",
    "330110": "330184",
    "330111": "330183",
    "330112": "330185",
}
"""Current code -> a code that it absorbed (2001 to 2021); people born before keep it in their citizen id."""

CODES_SINCE_2021 = {"330113": "330110", "330114": "330104"}
"""Districts founded in April 2021 -> the code that most of their people were born under."""

CODES_ELSEWHERE = ("340102", "320102", "350102", "360102", "410102", "420102", "430102", "510104", "520102", "610102")
"""Birthplaces of people who moved in."""

STREETS = tuple(
    first + second + kind
    for first in ("桃", "云", "柳", "松", "荷", "竹", "金", "银", "枫", "兰")
    for second in ("溪", "泽", "岭", "渡", "塘", "屏", "照")
    for kind in ("路", "街", "巷")
)
COMMUNITIES = ("和苑", "嘉园", "新村", "花苑", "公寓", "家园", "雅居", "华庭")
SCHOOLS = tuple(
    f"云州市{place}{kind}"
    for place in ("桃溪", "云岭", "柳塘", "松屏", "荷渡", "枫照")
    for kind in ("第一小学", "第二小学", "实验中学", "高级中学")
)
HOSPITALS = tuple(
    f"云州市{place}" for place in ("第一医院", "中医院", "儿童医院", "桃溪卫生服务中心", "柳塘卫生院", "松屏医院")
)
