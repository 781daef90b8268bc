"""The benchmark of the sharing index computes a degree of what it made."""

from pathlib import Path

import pytest

from benchmarks.index import suite

ROWS = 14_000


@pytest.mark.slow
def test_the_degree_of_a_made_city_is_computed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DJANGO_SETTINGS_MODULE", "RONGHE_HOME"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    found = suite.run(tmp_path, rows=ROWS, full=False, only=(), repeats=1, tell=lambda _: None)
    assert set(found["measured"]) == set(suite.CASES)
    assert f"entries: {ROWS}" in found["notes"]
    assert "departments: 60" in found["notes"]
