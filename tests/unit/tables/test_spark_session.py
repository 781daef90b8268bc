"""Spark starts only where it can, and otherwise says what to install."""

import builtins
import sys
from pathlib import Path
from typing import Any

import pytest

from ronghe.messages import render
from ronghe.tables import spark_session
from ronghe.tables.engine import Resources
from ronghe.terms import UsageError


def java(folder: Path, script: str) -> Path:
    program = folder / "bin" / "java"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    program.chmod(0o755)
    return program


@pytest.fixture
def pyspark_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", object())


def refused() -> UsageError:
    with pytest.raises(UsageError) as caught:
        spark_session.require_spark()
    return caught.value


def test_without_pyspark_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "pyspark", raising=False)
    real = builtins.__import__

    def without(wanted: str, *more: Any, **named: Any) -> Any:
        if wanted == "pyspark":
            raise ImportError(wanted)
        return real(wanted, *more, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    fault = refused()
    for lang in ("zh", "en"):
        said = render(fault.code, lang, **fault.params)
        assert "pip install 'ronghe[spark]'" in said
        assert "openjdk-17-jre-headless" in said


@pytest.mark.usefixtures("pyspark_is_here")
@pytest.mark.parametrize("home", ["", "/absent"])
def test_without_java_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, home: str) -> None:
    monkeypatch.setenv("JAVA_HOME", home)
    monkeypatch.setenv("PATH", str(tmp_path))
    fault = refused()
    assert fault.code == "tables.java_missing"
    assert "openjdk-17-jre-headless" in render(fault.code, "zh", **fault.params)


@pytest.mark.usefixtures("pyspark_is_here")
@pytest.mark.parametrize(
    ("script", "version"),
    [
        ("""echo 'openjdk version "11.0.2" 2019' >&2""", 11),
        ("""echo 'java version "1.8.0_392"' >&2""", 8),
        ("exit 1", "?"),
        ("echo nothing", "?"),
    ],
)
def test_an_old_or_broken_java_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, version: int | str
) -> None:
    program = java(tmp_path, script)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    fault = refused()
    assert (fault.code, fault.params["path"], fault.params["version"]) == ("tables.java_old", str(program), version)


@pytest.mark.usefixtures("pyspark_is_here")
@pytest.mark.parametrize("version", ["17.0.15", "21", "25-ea"])
def test_a_java_that_spark_can_use_is_accepted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str) -> None:
    java(tmp_path, f"""echo 'openjdk version "{version}" 2025' >&2""")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    spark_session.require_spark()


def test_a_local_session_listens_on_this_machine_only(tmp_path: Path) -> None:
    settings = spark_session.session_settings(tmp_path, Resources(threads=3), None)
    assert settings["spark.master"] == "local[3]"
    assert settings["spark.driver.bindAddress"] == settings["spark.driver.host"] == "127.0.0.1"
    assert settings["spark.ui.enabled"] == "false"
    assert settings["spark.local.dir"].startswith(str(tmp_path))


def test_a_cluster_is_reached_by_its_own_address(tmp_path: Path) -> None:
    settings = spark_session.session_settings(tmp_path, Resources(), "spark://cluster:7077")
    assert settings["spark.master"] == "spark://cluster:7077"
    assert "spark.driver.bindAddress" not in settings


def test_memory_is_for_the_whole_process(tmp_path: Path) -> None:
    settings = spark_session.session_settings(tmp_path, Resources(memory=2_000_000_000), None)
    heap = int(settings["spark.driver.memory"].removesuffix("m")) * 2**20
    assert 1_000_000_000 < heap <= 2_000_000_000 - spark_session.BESIDE_THE_HEAP


def test_too_little_memory_is_refused_before_java_starts(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        spark_session.session_settings(tmp_path, Resources(memory=500_000_000), None)
    assert caught.value.code == "tables.spark_memory"
    assert "1GB" in render(caught.value.code, "en", **caught.value.params)


def test_why_spark_does_not_start_is_said_in_the_words_of_java() -> None:
    of_java = "An error occurred while calling None.org.X.\n: org.apache.spark.SparkException: Bad master\n\tat org.Y"
    assert spark_session._reason(RuntimeError(of_java)) == "org.apache.spark.SparkException: Bad master"
    assert spark_session._reason(RuntimeError("gateway exited\nmore")) == "gateway exited"
    assert spark_session._reason(RuntimeError()) == "RuntimeError"
