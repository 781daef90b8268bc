"""What stands in a text, and texts in which it is masked."""

import re

import pyarrow as pa
import pytest

from benchmarks.scan.remarks import remarks
from ronghe import data
from ronghe.data.scan.pieces import HINTS, PIECES
from ronghe.data.scan.text import _found, spans

FOUND = [
    ("申请人董英，电话15851442413，证件320102195004309802，请办理。", ["董英", "15851442413", "320102195004309802"]),
    ("手机：１３８００００００００", ["１３８００００００００"]),
    ("号码是138-0000-0000，勿外传", ["138-0000-0000"]),
    ("身份证 110105 19491231 002X", ["110105 19491231 002X"]),
    ("身份证号错写成110105194912310021", ["110105194912310021"]),
    ("发到 name@example.cn 即可", ["name@example.cn"]),
    ("车牌京A·12345违停", ["京A·12345"]),
    ("卡号6222 0211 1111 1111 112已注销", ["6222 0211 1111 1111 112"]),
    ("家住幸福路12号院3号楼2单元", ["幸福路12号院3号楼2单元"]),
    ("护照E12345678遗失", ["E12345678"]),
    ("张先生称患有糖尿病", ["张", "糖尿病"]),
    ("Please call Mr. John Smith at 541-714-1388.", ["Mr. John Smith", "541-714-1388"]),
    ("My card is 4111111111111111", ["4111111111111111"]),
    ("from 192.0.2.1 to host", ["192.0.2.1"]),
    ("邮箱name@example.cn，另从10.1.2.3登录", ["name@example.cn", "10.1.2.3"]),
    ("网卡AA-BB-CC-DD-EE-FF损坏", ["AA-BB-CC-DD-EE-FF"]),
    ("王伟来电反映噪音", ["王伟"]),
    ("王伟 13800000000 已通知；单位13900000000", ["王伟", "13800000000", "13900000000"]),
    ("学籍G11010519491231002X转出", ["G11010519491231002X"]),
    ("HIV阳性", ["HIV"]),
    ("生于1949年12月31日", ["1949年12月31日"]),
    ("位于39.90421,116.40741附近", ["39.90421,116.40741"]),
    ("经度为120.15507，北纬30.27", ["为120.15507", "30.27"]),
    ("月收入3000元，存款约5万", ["3000元", "5万"]),
    ("工资三千五百元，贷款逾期", ["三千五百元", "贷款逾期"]),
    ("Her salary is $30,000 a year", ["$30,000"]),
    ("加微信zhang_san2020，QQ 12345678", ["zhang_san2020", "12345678"]),
    ("138\u200b0000\u200b0000", ["138\u200b0000\u200b0000"]),
]
NOTHING = [
    "材料齐全，同意受理。",
    "订单号13800000000123，金额77762.61元",
    "受理编号629989574815，转办",
    "532041f8-4f55-4502-8356-d91cdad682b9",
    "12345678-4502-4502-8356-991234568219",
    "版本 10.2.300.1，256.1.1.1",
    "京政发〔2024〕15号",
    "本人关系为夫妻",
    "退休金领取资格认证，公积金贷款利率3.25%",
    "QQ群通知，微信公众号",
    "面积12.3456公顷",
    "2024年5月1日至2024年6月1日",
    "",
]


@pytest.mark.parametrize(("text", "wanted"), FOUND)
def test_what_stands_in_a_text_is_found_where_it_stands(text: str, wanted: list[str]) -> None:
    assert [text[span.start : span.end].strip() for span in spans(text)] == wanted


def test_no_piece_is_passed_over_for_want_of_a_hint() -> None:
    """The hints are asked first, also of whole columns: what they miss is read by nobody."""
    clauses = [clause for one in remarks(400, seed=7) for clause in re.split("[，。：（）]", one.text)]
    some = [text for text in [*clauses, *(text for text, _ in FOUND)] if PIECES.search(text)]
    judged = [text for text in some if any(_found(text))]
    assert len(judged) > 300
    assert [text for text in judged if not HINTS.search(text)] == []


@pytest.mark.parametrize("text", NOTHING)
def test_numbers_of_things_are_nobodys(text: str) -> None:
    assert spans(text) == ()


def test_redacting_keeps_what_is_not_personal_and_the_length() -> None:
    text = "申请人董英，电话15851442413，请办理。"
    assert data.redact([text, None, ""]).to_pylist() == ["申请人＊＊，电话＊＊＊＊＊＊＊＊＊＊＊，请办理。", None, ""]


def test_redacting_takes_arrays_of_every_make() -> None:
    text = "电话15851442413"
    masked = "电话" + "＊" * 11
    chunks = pa.chunked_array([[text], [None, text]])
    assert data.redact(chunks).to_pylist() == [masked, None, masked]
    assert data.redact(pa.chunked_array([], pa.string())).to_pylist() == []
    assert data.redact(pa.array([text], pa.large_string())).to_pylist() == [masked]
    assert data.redact(pa.array([text]).dictionary_encode()).to_pylist() == [masked]


def test_a_text_too_long_to_read_is_masked_as_a_whole() -> None:
    assert data.redact(["a" * 1_000_001]).to_pylist() == ["＊" * 8]


def test_a_long_text_takes_no_longer_than_its_length_says() -> None:
    for piece in ("1 ", "a.", "张", "路", "(1)-", "Aa ", "１"):
        assert isinstance(spans(piece * 20_000), tuple)
