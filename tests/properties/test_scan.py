"""Laws of the scan: masking twice is masking once, findings do not overlap, no disguise changes what is found."""

from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.scan.parts import Maker, full_width
from benchmarks.scan.remarks import remarks
from ronghe import data
from ronghe.data.scan.result import masked
from ronghe.data.scan.text import spans

PIECES = st.sampled_from(
    ["张伟", "电话", "13800000000", "，", " ", "身份证", "a@b.cn", "X", "路12号", "Mr. ", "John", "-"]
)
TEXTS = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=8).map("".join))


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_findings_are_in_order_within_the_text_and_apart(text: str) -> None:
    place = 0
    for span in spans(text):
        assert place <= span.start < span.end <= len(text)
        place = span.end


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_redacting_changes_nothing_but_what_was_found(text: str) -> None:
    redacted = data.redact([text])[0].as_py()
    assert len(redacted) == len(text)
    inside = {place for span in spans(text) for place in range(span.start, span.end)}
    assert all(redacted[place] == ("＊" if place in inside else text[place]) for place in range(len(text)))


@given(st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_redacted_remarks_hold_nothing_more_to_redact(seed: int) -> None:
    texts = [remark.text for remark in remarks(5, seed=seed)]
    once = data.redact(texts)
    assert data.redact(once).equals(once)


@given(st.integers(0, 10**6), st.text("\u200b\u200d\u00ad", max_size=3), st.booleans())
@settings(max_examples=60, deadline=None)
def test_no_disguise_hides_a_number(seed: int, unseen: str, wide: bool) -> None:
    number = Maker(seed).citizen()
    written = full_width(number) if wide else number
    text = f"号码{written[:9]}{unseen}{written[9:]}。"
    assert [span.kind for span in spans(text)] == ["citizen_id"]
    assert not any(sign.isdigit() for sign in data.redact([text])[0].as_py())


@given(st.text(min_size=1, max_size=40))
def test_a_mask_shows_two_characters_at_most_and_never_a_whole_value(value: str) -> None:
    shown = masked(value)
    kept = len(shown) - shown.count("＊") if "＊" not in value else 0
    assert kept <= 2
    assert shown != value or set(value) == {"＊"}
