"""What the report of a publication says, read off a small one."""

from pathlib import Path

import pytest

from ronghe.cli import main


def _report(folder: Path, lang: str, numbers: list[str]) -> str:
    rows = [f"{number},1380000{place:04},2024-01-05" for place, number in enumerate(numbers)]
    (folder / "t.csv").write_text(
        "\n".join(["编号,手机号,日期", *rows, "x,1234,2024-01-05", "y,12,2024-01-05"]), "utf-8"
    )
    arguments = ["--lang", lang, "data", "share", str(folder / "t.csv"), "--out", str(folder / "out"), "--quiet"]
    assert main(arguments) == 0
    return (folder / "out" / "report.html").read_text("utf-8")


def test_almost_all_is_never_called_all(tmp_path: Path) -> None:
    report = _report(tmp_path, "en", [f"n{place}" for place in range(5000)])
    assert "&gt;99.9%" in report
    assert "&lt;0.1%" in report


def test_elements_have_the_readers_names_and_examples_their_comma(tmp_path: Path) -> None:
    report = _report(tmp_path, "en", [f"n{place}" for place in range(20)])
    assert "Mobile number" in report
    assert "手机号码" in report, "the other language lies in the same page"
    assert "＊＊, 1＊＊4" in report or "1＊＊4, ＊＊" in report


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_same_publication_gives_the_same_page(tmp_path: Path, lang: str) -> None:
    numbers = [f"n{place}" for place in range(20)]
    assert _report(tmp_path, lang, numbers) == _report(tmp_path, lang, numbers)
