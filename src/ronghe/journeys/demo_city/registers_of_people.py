"""What police, civil affairs, natural resources, social security and traffic keep about people."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ronghe.journeys.demo_city import habits
from ronghe.journeys.demo_city.codelists import ETHNIC, MARITAL, RELATIONS
from ronghe.journeys.demo_city.columns_of_text import Ints, Mask, days_as_text, joined, numbers, taken
from ronghe.journeys.demo_city.places import CITY
from ronghe.journeys.demo_city.sheet import Sheet, pick
from ronghe.journeys.demo_city.spellings import (
    compact_date,
    date_in_chinese,
    dotted_date,
    region_name,
    slashed_date,
)
from ronghe.journeys.demo_city.world import World, sex_codes

__all__ = [
    "licences",
    "low_income",
    "marriages",
    "population",
    "property_titles",
    "social_security",
    "vehicles",
]

PLATE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ"
PROPERTY_USES = ("住宅", "商业服务", "办公", "车位")
INSURANCES = ("城镇职工", "城乡居民", "灵活就业")
LICENCE_CLASSES = ("C1", "C2", "B2", "A2", "D")


def _words(codes: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(codes, "1"), "男", "女")


def population(sheet: Sheet, world: World) -> None:
    """户籍人口: 92 of 100 residents, keyed by citizen id."""
    people = world.people
    sheet.repeat_keys(0.002)
    registered = np.flatnonzero(sheet.rng.random(len(people.age)) < 0.92)
    who = sheet.same_again(pick(sheet.rng, registered, sheet.rows))
    place, sex, region = pa.array(who), sex_codes(people.male[who]), people.region_codes(who)
    sheet.people.append(("resident", who))
    sheet.add_key("公民身份号码", people.id.take(place), habits.CITIZEN_ID)
    sheet.add("姓名", people.name.take(place), habits.NAME)
    sheet.add("性别", sex, habits.SEX, shown=_words(sex))
    sheet.add("民族", taken([code for code, _ in ETHNIC], people.ethnic[who]), habits.ETHNIC_GROUP)
    sheet.add("出生日期", days_as_text(people.birth[who]), habits.EVENT_DATE)
    sheet.add("婚姻状况", taken([code for code, _ in MARITAL], people.marital[who]), habits.MARITAL_STATUS)
    sheet.add("户号", numbers(people.household[who] + 1, 9))
    sheet.add("与户主关系", taken(RELATIONS, people.position[who]))
    sheet.add("户籍地区划", region, habits.REGION)
    sheet.add("住址", people.address(who), habits.ADDRESS)
    sheet.add("联系电话", people.phone.take(place), habits.PHONE)
    sheet.widen_header(10)


def marriages(sheet: Sheet, world: World) -> None:
    """婚姻登记: the first two of a household, under two names and two ids in one row."""
    people, rng = world.people, sheet.rng
    sheet.repeat_keys(0.001)
    first = sheet.same_again(pick(rng, np.flatnonzero((people.size > 1) & (people.position == 0)), sheet.rows))
    second = first + 1
    groom = np.where(people.male[first], first, second)
    bride = np.where(people.male[first], second, first)
    sheet.people += [("groom", groom), ("bride", bride)]
    of_age = np.maximum(people.birth[first], people.birth[second]) + 21 * 366
    married = days_as_text(world.day_between(rng, of_age))
    sheet.add_key("登记证字号", sheet.serials("J3301-"))
    for title, who in (("男方", groom), ("女方", bride)):
        sheet.add(f"{title}姓名", people.name.take(pa.array(who)), habits.NAME)
        sheet.add(f"{title}证件号码", people.id.take(pa.array(who)), habits.CITIZEN_ID_ONE_OF_TWO)
    sheet.add("登记日期", married, habits.EVENT_DATE, shown=date_in_chinese(married))
    region = people.region_codes(first)
    sheet.add("登记机关所在区县", region, habits.REGION, shown=region_name(region))
    sheet.add("备注", taken(("", "补领", "涉外"), (rng.random(sheet.rows) * 1.1).astype(np.int64)))


def low_income(sheet: Sheet, world: World) -> None:
    """低保: the households that live on least, by their head."""
    people, rng = world.people, sheet.rng
    sheet.repeat_keys(0.002)
    heads = np.flatnonzero(people.position == 0)
    earned = np.bincount(people.household, weights=people.income).astype(np.int64)
    poorest = heads[np.argsort(earned[people.household[heads]] // people.size[heads], kind="stable")]
    who = sheet.same_again(pick(rng, poorest[: sheet.rows], sheet.rows))
    place, income = pa.array(who), earned[people.household[who]]
    sheet.people.append(("applicant", who))
    sheet.add_key("低保证号", sheet.serials("DB3301"))
    sheet.add("申请人", people.name.take(place), habits.NAME)
    sheet.add("身份证号", people.id.take(place), habits.CITIZEN_ID)
    sheet.add("家庭人口数", numbers(people.size[who]))
    sheet.add("家庭月收入", numbers(income), habits.MONEY)
    sheet.add("月补助金额", numbers(people.size[who] * 1190), habits.MONEY)
    since = days_as_text(world.day_between(rng, world.years_ago(8, sheet.rows)))
    sheet.add("享受起始日期", since, habits.EVENT_DATE, shown=slashed_date(since))
    region = people.region_codes(who)
    sheet.add("所属区县", region, habits.REGION, shown=region_name(region))
    sheet.add("家庭住址", people.short_address(who), habits.ADDRESS)


def property_titles(sheet: Sheet, world: World) -> None:
    """不动产登记: homes with area and, where let, the rent."""
    people, rng = world.people, sheet.rng
    sheet.repeat_keys(0.002)
    who = sheet.same_again(pick(rng, np.flatnonzero(people.age >= 20), sheet.rows))
    place = pa.array(who)
    floor_area, rent = rng.integers(38, 220, sheet.rows), rng.integers(12, 90, sheet.rows) * 100
    sheet.people.append(("owner", who))
    sheet.add_key("不动产权证号", joined("云(2024)不动产权第", sheet.serials(""), "号"))
    sheet.add("权利人", people.name_on_file(rng, who), habits.NAME)
    sheet.add("权利人证件号", people.id.take(place), habits.CITIZEN_ID)
    sheet.add("坐落", people.short_address(who), habits.ADDRESS)
    sheet.add("建筑面积", numbers(floor_area), {"area_word": 0.06, "area_sign": 0.06, "bad_number": 0.003})
    land = {"area_mu": 0.06, "area_hectares": 0.02, "area_sign": 0.03, "missing_word": 0.02}
    sheet.add("土地面积", numbers(rng.integers(1, 60, sheet.rows) * 20), land)
    sheet.add("用途", taken(PROPERTY_USES, (rng.random(sheet.rows) ** 3 * 4).astype(np.int64)))
    let = pc.if_else(pa.array(rng.random(sheet.rows) < 0.25), numbers(rent), None)
    sheet.add("月租金", let, habits.MONEY)
    titled = days_as_text(world.day_between(rng, world.years_ago(20, sheet.rows)))
    sheet.add("登记时间", titled, habits.EVENT_DATE, shown=dotted_date(titled))


def _employed(world: World) -> Mask:
    return (world.people.age >= 18) & (world.people.age < 66)


def social_security(sheet: Sheet, world: World) -> None:
    """参保: workers by id and by what their employer calls itself, sometimes without its credit code."""
    people, rng = world.people, sheet.rng
    sheet.repeat_keys(0.002)
    who = sheet.same_again(pick(rng, np.flatnonzero(_employed(world)), sheet.rows))
    place, sex, employer = pa.array(who), sex_codes(people.male[who]), people.employer[who]
    named, coded = employer >= 0, (employer >= 0) & (rng.random(sheet.rows) < 0.8)
    sheet.people.append(("insured", who))
    sheet.companies.append(("employer", employer))
    firm = np.maximum(employer, 0)
    sheet.add_key("个人编号", sheet.serials("3301"))
    sheet.add("证件号码", people.id.take(place), habits.CITIZEN_ID)
    sheet.add("姓名", people.name_on_file(rng, who), habits.NAME)
    sheet.add("性别", sex, habits.SEX)
    sheet.add("参保单位", pc.if_else(pa.array(named), world.companies.loose_names(rng, firm), None), habits.OPTIONAL)
    code = world.companies.code.take(pa.array(firm))
    sheet.add("单位统一社会信用代码", pc.if_else(pa.array(coded), code, None), {"lower_case": 0.02, "full_width": 0.01})
    sheet.add("险种", taken(INSURANCES, np.where(named, 0, rng.integers(1, 3, sheet.rows))))
    sheet.add("月缴费基数", numbers(np.maximum(people.income[who], 4462)), habits.MONEY)
    since = world.day_between(rng, np.maximum(people.birth[who] + 18 * 366, world.years_ago(30, sheet.rows)))
    sheet.add("参保日期", days_as_text(since), habits.EVENT_DATE)
    sheet.add("手机号", people.phone_on_file(rng, who), habits.PHONE)
    sheet.widen_header(2)


def _plates(rng: np.random.Generator, serial: Ints) -> pa.Array:
    letter = taken(PLATE_ALPHABET, rng.integers(0, len(PLATE_ALPHABET), len(serial)))
    return joined("浙A", letter, numbers(serial * 7919 % 10_000, 4))


def vehicles(sheet: Sheet, world: World) -> None:
    """机动车登记: columns named by initials of pinyin, as old systems export them."""
    people, rng = world.people, sheet.rng
    sheet.repeat_keys(0.002)
    who = sheet.same_again(pick(rng, np.flatnonzero(people.age >= 19), sheet.rows))
    place = pa.array(who)
    since = days_as_text(world.day_between(rng, world.years_ago(14, sheet.rows)))
    sheet.people.append(("owner", who))
    sheet.add_key("djbh", sheet.serials("V"))
    sheet.add("hphm", _plates(rng, np.arange(sheet.rows)), {"lower_case": 0.02, "full_width": 0.005})
    sheet.add("syr", people.name_on_file(rng, who), habits.NAME)
    sheet.add("sfzh", people.id.take(place), habits.CITIZEN_ID)
    sheet.add("cllx", taken(("K33", "K32", "H31", "M21"), (rng.random(sheet.rows) ** 3 * 4).astype(np.int64)))
    sheet.add("ccdjrq", since, habits.EVENT_DATE, shown=compact_date(since))
    sheet.add("lxdh", people.phone_on_file(rng, who), habits.PHONE)
    sheet.add("zsxxdz", people.short_address(who), habits.ADDRESS)


def licences(sheet: Sheet, world: World) -> None:
    """驾驶证: the number of the licence is the citizen id."""
    people, rng = world.people, sheet.rng
    sheet.repeat_keys(0.002)
    who = sheet.same_again(pick(rng, np.flatnonzero((people.age >= 19) & (people.age < 75)), sheet.rows))
    place, sex = pa.array(who), sex_codes(people.male[who])
    first = world.day_between(rng, np.maximum(people.birth[who] + 18 * 366, world.years_ago(25, sheet.rows)))
    sheet.people.append(("driver", who))
    sheet.add_key("jszh", people.id.take(place), habits.CITIZEN_ID)
    sheet.add("xm", people.name.take(place), habits.NAME)
    letter = pc.if_else(pc.equal(sex, "1"), "M", "F")
    sheet.add("xb", sex, habits.SEX, shown=letter)
    sheet.add("zjcx", taken(LICENCE_CLASSES, (rng.random(sheet.rows) ** 2 * 5).astype(np.int64)), {"lower_case": 0.01})
    issued = days_as_text(first)
    sheet.add("cclzrq", issued, habits.EVENT_DATE, shown=compact_date(issued))
    sheet.add("fzjg", joined(CITY, "交警支队", taken(("", "一大队", "二大队"), rng.integers(0, 3, sheet.rows))))
