"""What market regulation, tax, permits and inspections keep about companies."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ronghe.journeys.demo_city import habits
from ronghe.journeys.demo_city.codelists import INDUSTRIES
from ronghe.journeys.demo_city.columns_of_text import days_as_text, numbers, taken
from ronghe.journeys.demo_city.sheet import Sheet, pick
from ronghe.journeys.demo_city.spellings import date_in_chinese, region_name, slashed_date
from ronghe.journeys.demo_city.world import World

__all__ = ["enterprises", "inspections", "permits", "tax_returns"]

STATES = ("存续", "注销", "吊销")
PERMITS = ("食品经营许可", "公共场所卫生许可", "道路运输经营许可", "建筑施工许可", "特种行业许可")
FINDINGS = ("合格", "限期整改", "不合格")


def enterprises(sheet: Sheet, world: World) -> None:
    """法人登记: keyed by credit code, with former names, employees and turnover."""
    firms, rng = world.companies, sheet.rng
    sheet.repeat_keys(0.002)
    which = sheet.same_again(pick(rng, np.arange(len(firms.industry)), sheet.rows))
    place, owner = pa.array(which), firms.owner[which]
    sheet.companies.append(("registered", which))
    sheet.people.append(("representative", owner))
    sheet.add_key("统一社会信用代码", firms.code.take(place), habits.CREDIT_CODE)
    sheet.add("企业名称", firms.name.take(place), habits.NAME)
    sheet.add("曾用名", firms.former.take(place), habits.OPTIONAL)
    sheet.add("法定代表人", world.people.name.take(pa.array(owner)), {**habits.NAME, "private_use": 0.002})
    sheet.add("注册资本", numbers(firms.capital[which]), {**habits.MONEY, "money_wan": 0.3})
    founded = days_as_text(firms.founded[which])
    sheet.add("成立日期", founded, habits.EVENT_DATE, shown=date_in_chinese(founded))
    industry = taken([code for code, _, _ in INDUSTRIES], firms.industry[which])
    sheet.add("行业代码", industry, habits.INDUSTRY)
    sheet.add("登记机关区划", firms.region_codes(which), habits.REGION)
    sheet.add("住所", firms.address(which), habits.ADDRESS)
    sheet.add("从业人数", numbers(firms.employees[which]), {"missing_word": 0.02, "bad_number": 0.003})
    sheet.add("营业收入", numbers(firms.turnover[which]), habits.MONEY)
    sheet.add("经营状态", taken(STATES, (rng.random(sheet.rows) ** 4 * 3).astype(np.int64)))


def tax_returns(sheet: Sheet, world: World) -> None:
    """纳税申报: the same company each quarter, by its number as a taxpayer."""
    firms, rng = world.companies, sheet.rng
    sheet.repeat_keys(0.001)
    which = sheet.same_again(pick(rng, np.arange(len(firms.industry)), sheet.rows))
    sales = firms.turnover[which] // 4
    sheet.companies.append(("taxpayer", which))
    sheet.add_key("申报序号", sheet.serials("SB", 10))
    sheet.add("纳税人识别号", firms.code.take(pa.array(which)), habits.CREDIT_CODE)
    sheet.add("纳税人名称", firms.name.take(pa.array(which)), habits.NAME)
    filed = world.day_between(rng, world.years_ago(2, sheet.rows))
    sheet.add("所属期", pc.utf8_slice_codeunits(days_as_text(filed), 0, 7))
    written = days_as_text(filed)
    sheet.add("申报日期", written, habits.EVENT_DATE, shown=slashed_date(written))
    sheet.add("应税销售额", numbers(sales), habits.MONEY)
    sheet.add("应纳税额", numbers(sales * 3 // 100), habits.MONEY)
    sheet.add("行业", taken([name for _, name, _ in INDUSTRIES], firms.industry[which]))
    region = firms.region_codes(which)
    sheet.add("主管税务机关", region, habits.REGION, shown=region_name(region))


def permits(sheet: Sheet, world: World) -> None:
    """许可: applicants under full, short or former names, four in ten without a credit code."""
    firms, rng = world.companies, sheet.rng
    sheet.repeat_keys(0.002)
    which = sheet.same_again(pick(rng, np.arange(len(firms.industry)), sheet.rows))
    known = pc.if_else(pa.array(rng.random(sheet.rows) < 0.6), firms.code.take(pa.array(which)), None)
    received = world.day_between(rng, np.maximum(firms.founded[which], world.years_ago(6, sheet.rows)))
    sheet.companies.append(("applicant", which))
    sheet.add_key("许可证编号", sheet.serials("XK"))
    sheet.add("申请单位", firms.loose_names(rng, which), habits.NAME)
    sheet.add("信用代码", known, habits.CREDIT_CODE)
    sheet.add("许可事项", taken(PERMITS, rng.integers(0, len(PERMITS), sheet.rows)))
    sheet.add("受理日期", days_as_text(received), habits.EVENT_DATE)
    sheet.add("有效期至", days_as_text(received + 5 * 365), habits.EVENT_DATE)
    sheet.add("联系电话", firms.phone.take(pa.array(which)), {"missing_word": 0.03, "full_width": 0.005})
    sheet.add("经营场所", firms.address(which), habits.ADDRESS)


def inspections(sheet: Sheet, world: World) -> None:
    """检查: written on the spot, so names are short and there is no credit code at all."""
    firms, rng = world.companies, sheet.rng
    sheet.repeat_keys(0.002)
    which = sheet.same_again(rng.integers(0, len(firms.industry), sheet.rows))
    fine = np.where(rng.random(sheet.rows) < 0.1, rng.integers(1, 60, sheet.rows) * 500, 0)
    sheet.companies.append(("inspected", which))
    sheet.add_key("检查编号", sheet.serials("JC"))
    sheet.add("被检查单位", firms.loose_names(rng, which), habits.NAME)
    sheet.add("检查地址", firms.street.take(pa.array(which)), habits.ADDRESS)
    looked = days_as_text(world.day_between(rng, world.years_ago(3, sheet.rows)))
    sheet.add("检查日期", looked, habits.EVENT_DATE, shown=date_in_chinese(looked))
    sheet.add("检查结果", taken(FINDINGS, (rng.random(sheet.rows) ** 3 * 3).astype(np.int64)))
    sheet.add("罚款金额", numbers(fine), habits.MONEY)
    sheet.add("所在区县", firms.region_codes(which), habits.REGION, shown=region_name(firms.region_codes(which)))
