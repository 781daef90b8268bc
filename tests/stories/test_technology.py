"""From evaluations to a recommendation and from departments' files to a ranking, through the public doors."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ronghe import technology
from tests.stories.desk import Desk, without_settings
from tests.stories.technology_files import CONTENTS, write, write_reading_files


@pytest.fixture
def desk(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    without_settings(monkeypatch, tmp_path / "home")
    monkeypatch.chdir(tmp_path)
    write_reading_files(tmp_path)
    return Desk(tmp_path, capfd)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


GIVEN = ("--evaluations", "evaluations.csv", "--workloads", "workloads.csv", "--needs", "needs.csv")
RECOMMEND = ("technology", "recommend", *GIVEN, "--metric", "accuracy")


def technologies(made: dict[str, Any]) -> list[str | None]:
    return [one["technology"] for one in made["recommendations"]]


def notes(made: dict[str, Any]) -> set[str]:
    return {note["code"].removeprefix("technology.note_") for note in made["notes"]}


def test_each_need_gets_the_technology_that_is_good_at_it(desk: Desk) -> None:
    made = desk.reads(*RECOMMEND, "--out", "best")
    assert technologies(made) == ["plate-net", "ocr-lite", "doc-reader"]
    assert made["informed"]
    assert 0.8 <= made["interval_coverage"] <= 1
    for row in rows_of(desk / "best" / "recommendations.csv"):
        assert float(row["low"]) < float(row["expected"]) < float(row["high"]) <= 1
    assert desk.types("verify", "best").code == 0


def test_the_cheapest_that_meets_the_target_is_taken_and_nothing_where_none_does(desk: Desk) -> None:
    made = desk.reads(*RECOMMEND, "--target", "0.85", "--cost", "cost.csv", "--out", "best")
    assert technologies(made) == ["plate-net", "ocr-lite", "doc-reader"]
    assert "unproven" in notes(made)
    assert made["unproven"] == ["new-vision"]
    cheap = desk.reads(*RECOMMEND, "--target", "0.6", "--cost", "cost.csv", "--out", "cheap")
    assert technologies(cheap)[:2] == ["ocr-lite", "ocr-lite"]
    none = desk.reads(*RECOMMEND, "--target", "0.999", "--out", "none")
    assert technologies(none) == [None, None, None]
    assert {one["reason"] for one in none["recommendations"]} == {"technology.reason_none"}
    assert rows_of(desk / "none" / "runners_up.csv")


def test_hard_constraints_come_first_and_what_is_unknown_meets_none(desk: Desk) -> None:
    limited = desk.reads(
        *RECOMMEND, "--registry", "registry.csv", "--require", "license=MIT|Apache-2.0", "--out", "mit"
    )
    assert "ocr-lite" not in technologies(limited)
    north = desk.reads(*RECOMMEND, "--registry", "registry.csv", "--require", "region=north", "--out", "north")
    assert "doc-reader" not in technologies(north)
    excluded = rows_of(desk / "north" / "excluded.csv")
    assert excluded == [{"technology": "doc-reader", "field": "region", "value": ""}]
    assert "registry" in desk.fails(*RECOMMEND, "--require", "license=MIT", "--out", "x", code=2)
    require = ("--registry", "registry.csv", "--require", "license=none")
    assert "rule out all" in desk.fails(*RECOMMEND, *require, "--out", "x", code=3)
    assert "no column" in desk.fails(*RECOMMEND, *require[:3], "owner=me", "--out", "x", code=3)


def test_an_answer_is_explained_by_precedents_like_it(desk: Desk) -> None:
    desk.types(*RECOMMEND, "--out", "best")
    told = desk.reads("technology", "explain", "best", "read letters")
    assert told["answer"]["technology"] == "doc-reader"
    contents = {row["workload"]: row["content"] for row in rows_of(desk / "workloads.csv")}
    assert {contents[one["workload"]] for one in told["precedents"]} == {"letters"}
    assert "no need" in desk.fails("technology", "explain", "best", "read minds", code=3)
    assert "no folder" in desk.fails("technology", "explain", ".", "read letters", code=3)
    shown = desk.types("technology", "explain", "best", "read letters", "--lang", "zh").stdout
    assert "先例" in shown


def test_the_same_input_gives_the_same_bytes(desk: Desk) -> None:
    desk.types(*RECOMMEND, "--out", "one")
    desk.types(*RECOMMEND, "--out", "two")
    for name in ("recommendations.csv", "precedents.csv", "summary.json"):
        assert (desk / "one" / name).read_bytes() == (desk / "two" / name).read_bytes()


def test_rows_that_cannot_be_used_are_told_and_the_rest_counts(desk: Desk) -> None:
    with (desk / "evaluations.csv").open("a", encoding="utf-8") as file:
        file.write("plate-net,w00,accuracy,good\n,w00,accuracy,0.5\nplate-net,nowhere,accuracy,0.5\n")
        file.write('plate-net,w01,speed,3\nplate-net,w00,accuracy,0.1\nocr-lite,w01,accuracy,94%\n"x,1\n')
    made = desk.reads(*RECOMMEND, "--out", "best")
    assert technologies(made) == ["plate-net", "ocr-lite", "doc-reader"]
    reasons = "\n".join(row["reason"] for row in rows_of(desk / "best" / "rejected.csv"))
    for said in ("good", "nowhere"):
        assert said in reasons
    assert made["rejected_rows"] == len(rows_of(desk / "best" / "rejected.csv")) == 4
    assert "contradictory" in notes(made)


def test_percentages_among_parts_of_one_are_read_as_such(desk: Desk) -> None:
    rows = rows_of(desk / "evaluations.csv")
    mixed = [
        (r["technology"], r["workload"], r["metric"], float(r["value"]) * (100 if at % 7 == 0 else 1))
        for at, r in enumerate(rows)
    ]
    write(desk / "evaluations.csv", [("technology", "workload", "metric", "value"), *mixed])
    made = desk.reads(*RECOMMEND, "--out", "best")
    assert "percent" in notes(made)
    assert technologies(made) == ["plate-net", "ocr-lite", "doc-reader"]


def test_thin_silent_or_strange_evidence_is_said_plainly(desk: Desk) -> None:
    rows = rows_of(desk / "evaluations.csv")
    head = ("technology", "workload", "metric", "value")

    def keep(name: str, wanted: Any) -> None:
        write(desk / name, [head, *(tuple(r.values()) for r in rows if wanted(r))])

    keep("one.csv", lambda r: r["technology"] == "ocr-lite")
    keep("few.csv", lambda r: r["workload"] < "w08")
    keep("two.csv", lambda r: r["workload"] < "w02")
    write(desk / "flat.csv", [("workload", "content"), *((f"w{i:02}", "same") for i in range(60))])
    write(desk / "strange.csv", [("need", "color", "content"), ("n", "red", "songs")])

    def tried(evaluations: str, works: str = "workloads.csv", needs: str = "needs.csv") -> tuple[str, ...]:
        given = ("--evaluations", evaluations, "--workloads", works, "--needs", needs, "--metric", "accuracy")
        return ("technology", "recommend", *given, "--out", "out")

    assert "one_technology" in notes(desk.reads(*tried("one.csv")))
    few = desk.reads(*tried("few.csv"))
    assert {"thin", "no_coverage"} <= notes(few)
    assert set(technologies(few)) == {"doc-reader"}
    assert "fewer than 3" in desk.fails(*tried("two.csv"), code=3)
    assert "uninformed" in notes(desk.reads(*tried("evaluations.csv", "flat.csv")))
    strange = notes(desk.reads(*tried("evaluations.csv", needs="strange.csv")))
    assert {"feature_ignored", "feature_missing", "word_unseen"} <= strange
    assert "no evaluation of the metric" in desk.fails(*RECOMMEND[:-1], "speed", "--out", "x", code=3)
    assert "no column" in desk.fails(*tried("cost.csv"), code=3)


def test_a_need_without_known_features_is_answered_by_the_whole_and_as_unsure_as_that(desk: Desk) -> None:
    write(
        desk / "needs.csv",
        [("need", "content", "dpi"), ("known", "plates", 300), ("blank", "", ""), ("odd", "", "inf")],
    )
    made = desk.reads(*RECOMMEND, "--out", "best")
    assert "blind" in notes(made)
    known, blank, odd = rows_of(desk / "best" / "recommendations.csv")
    assert float(blank["high"]) - float(blank["low"]) > 2 * (float(known["high"]) - float(known["low"]))
    assert (blank["technology"], blank["expected"]) == (odd["technology"], odd["expected"])
    assert [one["reason"].removeprefix("technology.reason_") for one in made["recommendations"]] == [
        "expected",
        "blind",
        "blind",
    ]
    target = desk.reads(*RECOMMEND, "--target", "0.9", "--out", "target")
    assert technologies(target) == ["plate-net", None, None]


def test_minimized_metrics_charge_what_was_cut_off(desk: Desk) -> None:
    rows = [("technology", "workload", "metric", "value", "censored")]
    for i in range(40):
        rows += [("fast", f"w{i:02}", "seconds", "1", ""), ("slow", f"w{i:02}", "seconds", "2", "")]
        rows.append(("stuck", f"w{i:02}", "seconds", "0.5", "yes"))
    write(desk / "seconds.csv", rows)
    given = ("--evaluations", "seconds.csv", *GIVEN[2:], "--metric", "seconds", "--minimize", "--out", "fast")
    made = desk.reads("technology", "recommend", *given)
    assert set(technologies(made)) == {"fast"}
    met = desk.reads("technology", "recommend", *given[:-1], "met", "--target", "10")
    assert "stuck" not in technologies(met)


def test_the_face_gives_what_the_command_gives(desk: Desk) -> None:
    made = technology.recommend("evaluations.csv", "workloads.csv", "needs.csv", metric="accuracy", out="best")
    assert [one.chosen.technology for one in made.recommendations if one.chosen] == [
        "plate-net",
        "ocr-lite",
        "doc-reader",
    ]
    assert technology.explain("best", f"read {CONTENTS[0]}").answer["technology"] == "plate-net"


def article_files(folder: Path, *, informative: bool = True) -> list[str]:
    rng = np.random.default_rng(7)
    for number in (1, 2, 3):
        rows: list[tuple[object, ...]] = [("feature", "language", "accuracy", "status")]
        for i in range(15):
            feature = rng.uniform(0, 10)
            accuracy = 0.6 + (0.035 * feature if informative else 0) + rng.normal(0, 0.01)
            rows.append(
                (round(float(feature), 3), ("java", "go")[i % 2], round(accuracy, 4), "fault" if i == 3 else "normal")
            )
        write(folder / f"technology{number}.csv", rows)
    return [f"technology{number}.csv" for number in (1, 2, 3)]


def test_the_files_of_the_article_are_ranked_honestly(desk: Desk) -> None:
    files = article_files(desk.folder)
    made = desk.reads("technology", "share", *files, "--out", "shared")
    assert made["informed"]
    assert made["error"] < made["baseline_error"]
    assert made["degree"] is None
    ranking = rows_of(desk / "shared" / "ranking.csv")
    assert len(ranking) == 45
    ranked = [row for row in ranking if row["rank"]]
    assert len(ranked) == 42
    assert [row["rank"] for row in ranked] == [str(at) for at in range(1, 43)]
    accuracies = [float(row["accuracy"]) for row in ranked]
    assert accuracies == sorted(accuracies, reverse=True)
    assert {row["mark"] for row in ranking if not row["rank"]} == {"not_normal"}
    # What is expected of a row comes from forests that never saw it: it cannot be the row's own accuracy.
    assert all(row["accuracy"] != row["expected"] for row in ranking)


def test_features_of_noise_are_called_silent(desk: Desk) -> None:
    made = desk.reads("technology", "share", *article_files(desk.folder, informative=False), "--out", "shared")
    assert not made["informed"]
    assert "features_silent" in notes(made)


def test_a_file_of_shares_gives_the_degree(desk: Desk) -> None:
    write(desk / "shares.csv", [("department", "amount", "share"), ("a", 30, 0.9), ("b", 10, 0.5)])
    made = technology.share(article_files(desk.folder), out="shared", shares="shares.csv")
    assert made.degree == 0.8
    shown = desk.types("technology", "share", *article_files(desk.folder), "--out", "s", "--shares", "shares.csv")
    assert "T_s" in shown.stdout


def test_shares_of_other_departments_are_told_and_headers_may_be_chinese(desk: Desk) -> None:
    rows = [(f"t{i}", i, 0.5 + i / 100, "正常") for i in range(30)]
    write(desk / "one.csv", [("技术", "特征", "准确率", "状态"), *rows])
    write(desk / "shares.csv", [("department", "amount", "share"), ("two", 1, 0.5)])
    made = desk.reads("technology", "share", "one.csv", "--shares", "shares.csv", "--out", "s")
    assert made["ranking"][0]["technology"] == "t29"
    assert made["features"] == ["特征"]
    assert {"no_share", "no_file"} <= notes(made)


def test_odd_files_of_technologies(desk: Desk) -> None:
    write(
        desk / "percent.csv", [("feature", "accuracy", "status"), ("a", "91%", "正常"), ("b", 88, ""), ("c", "x", "ok")]
    )
    made = desk.reads("technology", "share", "percent.csv", "--out", "shared")
    assert "few_rows" in notes(made)
    assert "accuracy_wrong" in notes(made)
    assert [row["accuracy"] for row in made["ranking"]] == [0.91, None, 0.88]
    write(desk / "none.csv", [("feature", "accuracy", "status"), ("a", "", "ok")])
    assert "usable accuracy" in desk.fails("technology", "share", "none.csv", "--out", "x", code=3)
    write(desk / "short.csv", [("feature", "accuracy"), ("a", 1)])
    assert "no column" in desk.fails("technology", "share", "short.csv", "--out", "x", code=3)
    assert not (desk / "x").exists()


def test_columns_are_known_however_their_capitals_are_written(desk: Desk) -> None:
    text = (desk / "evaluations.csv").read_text("utf-8")
    (desk / "evaluations.csv").write_text(text.replace("technology,workload,metric", "Technology,Workload,Metric", 1))
    assert technologies(desk.reads(*RECOMMEND, "--out", "best")) == ["plate-net", "ocr-lite", "doc-reader"]
    write(desk / "t.csv", [("Name", "Speed", "Accuracy", "Status"), ("a", 1, 0.8, "Normal"), ("b", 2, 0.9, "Fault")])
    made = desk.reads("technology", "share", "t.csv", "--out", "shared")
    assert [(one["technology"], one["normal"]) for one in made["ranking"]] == [("a", True), ("b", False)]
    assert made["features"] == ["Speed"]


def test_several_requirements_may_stand_in_one_argument(desk: Desk) -> None:
    bounds = ("--registry", "registry.csv", "--require", "license=MIT|Apache-2.0,region=north")
    made = desk.reads(*RECOMMEND, *bounds, "--out", "best")
    assert set(technologies(made)) == {"plate-net"}
    assert {row["field"] for row in rows_of(desk / "best" / "excluded.csv")} == {"license", "region"}


def test_the_only_technology_is_told_by_need(desk: Desk) -> None:
    bounds = ("--registry", "registry.csv", "--require", "license=MIT,region=north")
    made = desk.reads(*RECOMMEND, *bounds, "--target", "0.9", "--out", "one")
    assert technologies(made) == ["plate-net", None, None]
    assert made["alone"]
    assert made["informed"]
    assert "one_technology" in notes(made)
    best = desk.reads(*RECOMMEND, *bounds, "--out", "best")
    assert {one["reason"] for one in best["recommendations"]} == {"technology.reason_only"}
    by_need = [float(row["expected"]) for row in rows_of(desk / "best" / "recommendations.csv")]
    assert by_need[0] > 0.9 > by_need[1] > by_need[2]


def test_a_target_that_none_or_all_meet_is_told_with_the_values(desk: Desk) -> None:
    assert "target_never" in notes(desk.reads(*RECOMMEND, "--target", "85", "--out", "best"))
    assert "target_always" in notes(desk.reads(*RECOMMEND, "--target", "0.1", "--out", "best"))
    assert not {"target_never", "target_always"} & notes(desk.reads(*RECOMMEND, "--target", "0.8", "--out", "best"))


def test_values_in_another_unit_are_not_compared(desk: Desk) -> None:
    rows = [(*row.values(), "s") for row in rows_of(desk / "evaluations.csv")]
    rows[0] = (*rows[0][:3], "970", "ms")
    write(desk / "evaluations.csv", [("technology", "workload", "metric", "value", "unit"), *rows])
    desk.types(*RECOMMEND, "--minimize", "--out", "best")
    assert [(row["row"], "ms" in row["reason"]) for row in rows_of(desk / "best" / "rejected.csv")] == [("1", True)]


def test_a_need_without_a_name_or_told_twice_keeps_no_other_from_its_answer(desk: Desk) -> None:
    write(desk / "needs.csv", [("need", "content", "dpi"), ("a", "plates", 1), ("", "forms", 1), ("a", "forms", 1)])
    made = desk.reads(*RECOMMEND, "--out", "best")
    assert technologies(made) == ["plate-net"]
    assert [row["row"] for row in rows_of(desk / "best" / "rejected.csv")] == ["2", "3"]


def test_one_impossible_accuracy_does_not_spoil_percentages_and_stands_in_rejected(desk: Desk) -> None:
    (desk / "t.csv").write_text("accuracy,status\n91,normal\n92,normal,odd\n105,normal\n88,normal\n", "utf-8")
    made = desk.reads("technology", "share", "t.csv", "--out", "shared")
    assert [(one["id"], one["accuracy"]) for one in made["ranking"]] == [("t:1", 0.91), ("t:4", 0.88), ("t:3", None)]
    assert [row["row"] for row in rows_of(desk / "shared" / "rejected.csv")] == ["2", "3"]
    assert "no_features" in notes(made)
    assert "few_rows" not in notes(made)
    assert desk.types("verify", "shared").code == 0
