"""Profiles of grades: what a file must hold, and what a department is told of one that does not."""

from importlib.resources import files
from pathlib import Path

import pytest

from ronghe.standards.grading import DEFAULT, grade_profile, own_grade_profile, parse_profile
from ronghe.terms import InputError

TEXT = files("ronghe.standards").joinpath(f"profiles/{DEFAULT}.toml").read_text("utf-8")


def test_the_profile_says_its_source_and_when_it_was_checked() -> None:
    profile = grade_profile()
    assert "GB/T 43697-2024" in profile.source
    assert profile.in_force.isoformat() == "2024-10-01"
    assert profile.checked >= profile.in_force
    assert profile.highest(["general_3", "core", "general_1"]) == "core"
    assert profile.of("no such kind") == profile.lowest == "general_1"


def test_a_profile_says_what_of_it_was_compared_with_a_source() -> None:
    profile = grade_profile()
    assert profile.verified["kinds.biometric"] == "PIPL 28"
    assert set(profile.verified) < set(profile.entries)
    # The standard's text was at nobody's hand: no degree of harm, no number of persons.
    assert not [entry for entry in profile.verified if entry.startswith(("matrix", "counts", "combinations"))]
    assert len(profile.entries) == len(set(profile.entries)) > 50
    assert grade_profile("neutral").verified == {}


BAD = {
    "no TOML": (TEXT[:-5] + "[[", "standards.grades_unreadable"),
    "another format": (TEXT.replace("grades@1", "grades@9"), "standards.grades_format"),
    "no format": ("a = 1", "standards.grades_format"),
    "a grade that is not listed": (TEXT.replace('none = "general_1"', 'none = "top"', 1), "standards.grades_unknown"),
    "a degree that is not in the matrix": (TEXT.replace('"serious"', '"terrible"', 1), "standards.grades_harm"),
    "no kinds": (TEXT.replace("[kinds]", "[kindes]"), "standards.grades_unreadable"),
    "verified what is not there": (TEXT.replace('"kinds.religion"', '"kinds.faith"'), "standards.grades_verified"),
    "no date": (TEXT.replace('"2024-10-01"', '"soon"'), "standards.grades_unreadable"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_broken_profile_is_told_what_is_wrong(case: str) -> None:
    text, code = BAD[case]
    with pytest.raises(InputError) as told:
        parse_profile(text, "mine.toml")
    assert told.value.code == code


def test_a_profile_is_named_or_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(TEXT.replace('"cn-43697-2024"', '"mine"'), "utf-8")
    assert own_grade_profile(str(path)).name == "mine"
    assert own_grade_profile("neutral").grades == ("ungraded",)
    assert own_grade_profile(None).name == DEFAULT
    for given, code in (("nobody", "grades_absent"), (str(tmp_path / "no.toml"), "grades_unreadable")):
        with pytest.raises(InputError) as told:
            own_grade_profile(given)
        assert told.value.code == f"standards.{code}"
    path.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(InputError):
        own_grade_profile(str(path))
