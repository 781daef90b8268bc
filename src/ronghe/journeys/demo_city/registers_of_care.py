"""What the disability federation, schools and health keep about people, mostly without a citizen id."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ronghe.journeys.demo_city import habits
from ronghe.journeys.demo_city.codelists import DISABILITIES, DISABILITY_WEIGHTS, GRADES
from ronghe.journeys.demo_city.columns_of_text import days_as_text, numbers, taken
from ronghe.journeys.demo_city.places import HOSPITALS, SCHOOLS
from ronghe.journeys.demo_city.residents import weighted
from ronghe.journeys.demo_city.sheet import Sheet, pick
from ronghe.journeys.demo_city.world import World, sex_codes

__all__ = ["disability_cards", "health_visits", "pupils", "vaccinations"]

DIAGNOSES = ("J06.9", "I10", "E11.9", "K29.5", "M54.5", "J20.9", "Z00.0", "H52.1")
VACCINES = ("乙肝疫苗", "流感疫苗", "麻腮风疫苗", "百白破疫苗", "HPV疫苗")
EXCEL_DATE = {
    "date_slashes": 0.03,
    "date_chinese": 0.03,
    "date_dots": 0.02,
    "excel_serial": 0.03,
    "impossible_date": 0.005,
}
"""The other cells of the column are real dates, which Excel keeps as serial numbers."""
GUESSED_BIRTH = {**habits.EVENT_DATE, "impossible_date": 0.01}
SCHOOL_YEARS = (
    "一年级", "二年级", "三年级", "四年级", "五年级", "六年级", "初一", "初二", "初三", "高一", "高二", "高三",
)  # fmt: skip


def disability_cards(sheet: Sheet, world: World) -> None:
    """残疾人证: category and grade; the sheet has a title and a header of two rows."""
    people, rng = world.people, sheet.rng
    sheet.repeat_keys(0.002)
    who = sheet.same_again(pick(rng, np.arange(len(people.age)), sheet.rows))
    place, sex = pa.array(who), sex_codes(people.male[who])
    sheet.people.append(("holder", who))
    sheet.add_key("残疾人证编号", sheet.serials("3301", 10))
    sheet.add("姓名", people.name_on_file(rng, who), habits.NAME)
    sheet.add("身份证号", people.id.take(place), habits.CITIZEN_ID)
    sheet.add("性别", sex, habits.SEX, shown=pc.if_else(pc.equal(sex, "1"), "男", "女"))
    sheet.add("残疾_类别", taken(DISABILITIES, weighted(rng, DISABILITY_WEIGHTS, sheet.rows)))
    sheet.add("残疾_等级", taken(GRADES, rng.integers(0, 4, sheet.rows)), {"unknown_code": 0.002})
    issued = np.maximum(people.birth[who], world.years_ago(10, sheet.rows))
    sheet.add("发证日期", days_as_text(world.day_between(rng, issued)), EXCEL_DATE, cell="date")
    head = pa.array(people.head[who])
    sheet.add("监护人_姓名", people.name.take(head), habits.OPTIONAL)
    sheet.add("监护人_电话", people.phone.take(head), habits.PHONE)


def pupils(sheet: Sheet, world: World) -> None:
    """学籍: name, birth date and a parent's phone, no citizen id."""
    people, rng = world.people, sheet.rng
    sheet.repeat_keys(0.002)
    who = sheet.same_again(pick(rng, np.flatnonzero((people.age >= 6) & (people.age < 18)), sheet.rows))
    place, head, sex = pa.array(who), pa.array(people.head[who]), sex_codes(people.male[who])
    sheet.people.append(("pupil", who))
    sheet.add_key("学籍辅号", sheet.serials("3301", 10))
    sheet.add("学生姓名", people.name.take(place), habits.NAME)
    sheet.add("性别", sex, habits.SEX, shown=pc.if_else(pc.equal(sex, "1"), "男", "女"))
    sheet.add("出生年月日", days_as_text(people.birth[who]), GUESSED_BIRTH)
    sheet.add("就读学校", taken(SCHOOLS, rng.integers(0, len(SCHOOLS), sheet.rows)))
    sheet.add("年级", taken(SCHOOL_YEARS, people.age[who] - 6))
    sheet.add("家长姓名", people.name.take(head), habits.NAME)
    sheet.add("家长电话", people.phone.take(head), habits.PHONE)


def health_visits(sheet: Sheet, world: World) -> None:
    """就诊: the same patient comes again, known by name, birth date and phone."""
    people, rng = world.people, sheet.rng
    sheet.repeat_keys(0.002)
    who = sheet.same_again(rng.integers(0, len(people.age), sheet.rows))
    sex = sex_codes(people.male[who])
    sheet.people.append(("patient", who))
    sheet.add_key("就诊流水号", sheet.serials("JZ"))
    sheet.add("患者姓名", people.name_on_file(rng, who), habits.NAME)
    sheet.add("性别代码", sex, habits.SEX)
    sheet.add("出生日期", days_as_text(people.birth[who]), GUESSED_BIRTH)
    sheet.add("手机号码", people.phone_on_file(rng, who), habits.PHONE)
    seen = world.day_between(rng, np.maximum(people.birth[who], world.years_ago(2, sheet.rows)))
    sheet.add("就诊日期", days_as_text(seen), habits.EVENT_DATE)
    sheet.add("医疗机构名称", taken(HOSPITALS, rng.integers(0, len(HOSPITALS), sheet.rows)))
    sheet.add("诊断编码", taken(DIAGNOSES, rng.integers(0, len(DIAGNOSES), sheet.rows)), {"lower_case": 0.02})
    sheet.add("总费用", numbers(rng.integers(15, 9000, sheet.rows)), habits.MONEY)
    sheet.add("家庭住址", people.short_address(who), habits.ADDRESS)


def vaccinations(sheet: Sheet, world: World) -> None:
    """预防接种: JSON lines, with an id for six in ten."""
    people, rng = world.people, sheet.rng
    sheet.repeat_keys(0.002)
    who = sheet.same_again(rng.integers(0, len(people.age), sheet.rows))
    place = pa.array(who)
    known = pc.if_else(pa.array(rng.random(sheet.rows) < 0.6), people.id.take(place), None)
    sheet.people.append(("recipient", who))
    sheet.add_key("接种编号", sheet.serials("YM"))
    sheet.add("受种者", people.name.take(place), habits.NAME)
    sheet.add("证件号", known, habits.CITIZEN_ID)
    sheet.add("出生日期", days_as_text(people.birth[who]), GUESSED_BIRTH)
    sheet.add("联系电话", people.phone_on_file(rng, who), habits.PHONE)
    sheet.add("疫苗", taken(VACCINES, rng.integers(0, len(VACCINES), sheet.rows)))
    sheet.add("剂次", numbers(rng.integers(1, 4, sheet.rows)), cell="number")
    given = world.day_between(rng, np.maximum(people.birth[who], world.years_ago(6, sheet.rows)))
    sheet.add("接种日期", days_as_text(given), habits.EVENT_DATE)
