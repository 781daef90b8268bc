"""Settings: flags over environment over file over default, and every mistake named by its place."""

import dataclasses
import os
from pathlib import Path

import pytest

from ronghe.journeys.settings import Settings, load_settings, spoken_language
from ronghe.messages import known, render_error
from ronghe.terms import InputError, RongheError, UsageError


def with_file(home: Path, text: str) -> dict[str, str]:
    home.mkdir(exist_ok=True)
    (home / "ronghe.toml").write_text(text, "utf-8")
    return {"RONGHE_HOME": str(home)}


def test_without_file_and_environment_the_defaults_hold(tmp_path: Path) -> None:
    assert load_settings({"RONGHE_HOME": str(tmp_path)}) == Settings()


def test_the_file_overrules_defaults(tmp_path: Path) -> None:
    text = 'lang = "zh"\nmemory = "500MB"\nthreads = 3\nengine = "spark"\nlog = "info"\nown_elements = ["a/b.toml"]\n'
    assert load_settings(with_file(tmp_path, text)) == Settings(
        lang="zh", memory=500_000_000, threads=3, engine="spark", own_elements=(tmp_path / "a/b.toml",), log="info"
    )


def test_paths_of_the_file_lie_beside_it(tmp_path: Path) -> None:
    settings = load_settings(with_file(tmp_path, 'decision_log = "log"\nkeys = "/etc/keys"\n'))
    assert (settings.decision_log, settings.keys) == (tmp_path / "log", Path("/etc/keys"))
    assert load_settings(with_file(tmp_path, "threads = 1\n")).keys == Path("keys")


def test_the_environment_overrules_the_file(tmp_path: Path) -> None:
    environ = with_file(tmp_path, 'lang = "zh"\nthreads = 3\n')
    environ |= {"RONGHE_LANG": "en", "RONGHE_THREADS": "5", "RONGHE_OWN_ELEMENTS": f"x.toml{os.pathsep}y.toml"}
    settings = load_settings(environ)
    assert (settings.lang, settings.threads) == ("en", 5)
    assert settings.own_elements == (Path("x.toml"), Path("y.toml"))


def test_the_home_is_beside_the_users_own_things_when_it_is_not_named(tmp_path: Path) -> None:
    with_file(tmp_path / ".ronghe", "threads = 7\n")
    assert load_settings({"HOME": str(tmp_path)}).threads == 7


@pytest.mark.parametrize(
    ("environ", "lang"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_TW"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "RONGHE_LANG": "en"}, "en"),
    ],
)
def test_the_language_is_that_of_the_environment(environ: dict[str, str], lang: str) -> None:
    assert spoken_language(environ) == lang


@pytest.mark.parametrize(
    ("text", "code", "named"),
    [
        ('langauge = "zh"', "cli.config_key", "langauge"),
        ('lang = "fr"', "cli.setting_choice", "lang"),
        ("lang = 3", "cli.setting_choice", "lang"),
        ("threads = 0", "cli.setting_threads", "threads"),
        ("threads = true", "cli.setting_threads", "threads"),
        ('threads = "many"', "cli.setting_threads", "threads"),
        ('memory = "lots"', "cli.setting_memory", "memory"),
        ("memory = true", "cli.setting_memory", "memory"),
        ("own_elements = 3", "cli.setting_paths", "own_elements"),
        ("own_elements = [3]", "cli.setting_paths", "own_elements"),
        ('engine = ["spark"]', "cli.setting_choice", "engine"),
        ("decision_log = 3", "cli.setting_path", "decision_log"),
        ('keys = ""', "cli.setting_path", "keys"),
    ],
)
def test_a_wrong_key_or_value_names_the_file_and_the_key(tmp_path: Path, text: str, code: str, named: str) -> None:
    with pytest.raises(UsageError) as raised:
        load_settings(with_file(tmp_path, text))
    assert raised.value.code == code
    for lang in ("zh", "en"):
        said = render_error(raised.value, lang)
        assert str(tmp_path / "ronghe.toml") in said
        assert named in said


def test_too_little_memory_is_refused_with_the_least(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as raised:
        load_settings(with_file(tmp_path, 'memory = "1MB"'))
    assert raised.value.code == "tables.memory_small"


@pytest.mark.parametrize("content", [b"lang = ", b"\xff\xfe", b"[" * 100_000])
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "ronghe.toml").write_bytes(content)
    with pytest.raises(InputError) as raised:
        load_settings({"RONGHE_HOME": str(tmp_path)})
    assert raised.value.params["path"] == str(tmp_path / "ronghe.toml")


def test_a_wrong_environment_names_its_variable() -> None:
    with pytest.raises(RongheError) as raised:
        load_settings({"RONGHE_HOME": "/nowhere", "RONGHE_ENGINE": "oracle"})
    assert raised.value.params["where"] == "RONGHE_ENGINE"


def test_every_setting_can_be_set_in_the_environment_and_is_explained() -> None:
    for field in dataclasses.fields(Settings):
        assert known(f"cli.setting_means_{field.name}")
        with pytest.raises(UsageError):
            load_settings({"RONGHE_HOME": "/nowhere", f"RONGHE_{field.name.upper()}": "\0"} | _impossible(field.name))


def _impossible(name: str) -> dict[str, str]:
    """Any text is a list of paths; for that one a wrong neighbor shows that the variable was read beside it."""
    return {"RONGHE_ENGINE": "\0"} if name == "own_elements" else {}


def test_a_file_that_is_too_large_is_no_settings_even_where_its_beginning_is(tmp_path: Path) -> None:
    environ = with_file(tmp_path, 'lang = "zh"\n' + "#\n" * 500_000 + "threads = 3\n")
    with pytest.raises(InputError) as caught:
        load_settings(environ)
    assert caught.value.code == "cli.config_large"
