"""Two stories through the public door, in Chromium: from an offer to measured use, and from an objection to correction.

Every step is what a person of the demo city does with the mouse and the keyboard; the worker runs beside them.
"""

import re
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.platform.browsing import Reader

pytestmark = pytest.mark.browser
ID, OTHER = "11010519491231002X", "440524188001010014"
ITEMS = (("公民身份号码", "citizen_id", "token citizen"), ("姓名", "person_name", ""), ("领证日期", "date", ""))
ENTRY = "殡葬补贴发放信息"


def register(folder: Path, day: str) -> Path:
    """The offered file; it changes between the stories."""
    path = folder / f"补贴{day}.csv"
    path.write_text(f"公民身份号码,姓名,领证日期\n{ID},张三丰,{day}\n{OTHER},李四,2026-02-07\n", "utf-8")
    return path


def describe(reader: Reader) -> None:
    """Fill in the entry's form as the offerer does."""
    reader.open("/offers/new")
    reader.fill(代码="MZJ-900", 目录名称=ENTRY, 分类="民生保障", 摘要="殡葬补贴的申领人与发放日期。", 更新周期="实时")
    reader.click(By.CSS_SELECTOR, 'input[name="sharing_class"][value="conditional"]')
    reader.fill(共享条件="期限不超过一年 => days <= 366")
    for place, (name, element, obligation) in enumerate(ITEMS, 1):
        reader.fill(**{f"信息项 {place}": name, f"数据元 {place}": element, f"共享处理 {place}": obligation})
    reader.click(By.CSS_SELECTOR, 'input[name="item-personal"][value="0"]')
    reader.click(By.CSS_SELECTOR, 'input[name="item-personal"][value="1"]')
    reader.click(By.CSS_SELECTOR, 'input[name="item-key"][value="0"]')
    reader.press("保存")


def row_of(reader: Reader, name: str) -> str:
    """The line of a table that says this."""
    found = reader.browser.find_elements(By.XPATH, f'//main//tr[contains(., "{name}")]')
    return found[0].text if found else ""


@pytest.fixture(scope="module")
def offered() -> dict[str, str]:
    """What the first story leaves to the second: the addresses of request and grant."""
    return {}


def test_from_an_offer_to_measured_use(reader: Reader, offered: dict[str, str], tmp_path: Path) -> None:
    reader.sign_in("mzj.tigong")
    describe(reader)
    reader.open("/catalogue/MZJ-900")
    upload = reader.browser.find_element(By.CSS_SELECTOR, 'form[action$="source/upload"] input[type="file"]')
    upload.send_keys(str(register(tmp_path, "2026-01-05")))
    reader.click(By.CSS_SELECTOR, 'form[action$="source/upload"] button')
    reader.open("/catalogue/MZJ-900")
    assert ID not in reader.await_text("***")
    reader.picture("entry")
    reader.open("/offers/MZJ-900")
    reader.press("提交审核")

    reader.sign_in("tongchou")
    reader.follow(ENTRY)
    reader.press("审核通过并发布")
    assert "现行有效" in reader.text()

    reader.sign_in("swj.xuqiu")
    reader.open("/catalogue")
    reader.browser.find_element(By.ID, "text").send_keys("殡葬补贴", Keys.ENTER)
    reader.follow(ENTRY)
    reader.press("加入申请清单")
    for name, _, _ in ITEMS:
        reader.click(By.CSS_SELECTOR, f'input[type="checkbox"][value="{name}"]')
    reader.fill(用途="个人所得税专项附加扣除核验", 法定依据="个人所得税法第十五条")
    reader.press("提交申请")
    assert "符合" in reader.text()
    offered["request"] = reader.browser.current_url.replace(reader.served.address, "")
    reader.fill(个人信息保护影响评估="影响评估 2026-900 号")
    reader.press("提交")
    assert "影响评估 2026-900 号" in reader.text()

    reader.sign_in("mzj.shenpi")
    reader.follow("个人所得税专项附加扣除核验")
    shown = reader.await_text("张三丰")
    assert ID not in shown
    reader.picture("decide")
    reader.press("同意勾选的信息项")
    assert "已受理" in reader.text() or "同意" in reader.text()

    reader.sign_in("swj.xuqiu")
    reader.open("/grants")
    reader.follow(ENTRY)
    offered["grant"] = reader.browser.current_url.replace(reader.served.address, "")
    told = reader.await_text("data.csv")
    assert "凭证" in told or "回执" in told
    reader.click(By.XPATH, '//main//button[normalize-space()="data.csv"]', stays=True)
    assert "swj.xuqiu" in reader.await_text("swj.xuqiu")
    reader.picture("grant")
    reader.open(offered["request"])
    assert "使用中" in reader.text()

    reader.sign_in("mzj.tigong")
    reader.open("/catalogue/MZJ-900")
    assert re.search("税务.*个人所得税专项附加扣除核验", row_of(reader, "个人所得税专项附加扣除核验"))


def test_from_an_objection_to_its_correction(reader: Reader, offered: dict[str, str], tmp_path: Path) -> None:
    if "grant" not in offered:
        pytest.fail("the story before did not end")
    reader.sign_in("swj.xuqiu")
    reader.open(offered["grant"])
    reader.follow("提出校核")
    reader.fill(信息项="领证日期", 正确的值="2026-01-06", 证据="证书复印件")
    reader.fill(**{"哪一行（主键）": ID})
    reader.press("提出校核")

    reader.sign_in("mzj.tigong")
    reader.open("/catalogue/MZJ-900")
    upload = reader.browser.find_element(By.CSS_SELECTOR, 'form[action$="source/upload"] input[type="file"]')
    upload.send_keys(str(register(tmp_path, "2026-01-06")))
    reader.click(By.CSS_SELECTOR, 'form[action$="source/upload"] button')
    reader.open("/")
    reader.click(By.CSS_SELECTOR, 'main a[href^="/objections/"]')
    reader.fill(答复="已更正")
    reader.press("属实，已更正")
    assert "税务局" in reader.text()

    reader.sign_in("swj.xuqiu")
    reader.open(offered["grant"])
    reader.await_text("±1")
    reader.press("确认已更正")
    assert "确认已更正" not in reader.text()
