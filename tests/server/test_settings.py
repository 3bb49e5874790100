"""Settings: documented from the class itself, alike by flag and by variable."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from pydantic import ValidationError

from cnn_loupe.server.cli import _given, _parser
from cnn_loupe.server.logs import HumanFormatter, JsonFormatter
from cnn_loupe.server.settings import Settings, settings_table
from tests.conftest import ROOT


def test_the_documentation_holds_exactly_the_table_of_the_settings() -> None:
    page = (ROOT / "docs" / "hosting.md").read_text("utf-8")
    assert settings_table() in page, "renew it: python -c 'import server.settings as s; print(s.settings_table())'"


def test_every_setting_can_be_given_as_a_flag_and_as_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {
        "port": "9001", "workers": "3", "root_path": "a/b/", "models": "/one:/two", "allowed_hosts": "a, b",
        "cors_origins": "https://a", "language": "zh-Hans", "log_format": "json", "threads": "4",
    }  # fmt: skip
    flags = [part for name, value in values.items() for part in (f"--{name.replace('_', '-')}", value)]
    by_flag = Settings.chosen(_given(_parser().parse_args(["serve", *flags])))
    for name, value in values.items():
        monkeypatch.setenv(f"CNN_LOUPE_{name.upper()}", value)
    assert Settings() == by_flag
    assert by_flag.root_path == "/a/b"
    assert by_flag.models == (Path("/one"), Path("/two"))
    assert by_flag.allowed_hosts == ("a", "b")


def test_workers_get_the_same_settings_through_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = Settings(port=9, root_path="/x", models=(Path("/m"),), cors_origins=("https://a", "https://b"), open=True)
    for name, value in chosen.environment().items():
        monkeypatch.setenv(name, value)
    assert Settings() == chosen


def test_a_flag_outranks_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_LOUPE_PORT", "1234")
    assert Settings.chosen({"port": "4321"}).port == 4321


def test_a_flag_with_the_defaults_value_outranks_a_variable_in_the_workers_too(monkeypatch: pytest.MonkeyPatch) -> None:
    variables = {"CORS_ORIGINS": "*", "MAX_PIXELS": "20000", "ROOT_PATH": "/x", "LOG_FORMAT": "json", "MODELS": "/m"}
    for name, value in variables.items():
        monkeypatch.setenv(f"CNN_LOUPE_{name}", value)
    defaults = {name.lower(): "" for name in ("CORS_ORIGINS", "ROOT_PATH", "MODELS")}
    chosen = Settings.chosen({**defaults, "max_pixels": "16000000", "log_format": "human"})
    for name, value in chosen.environment().items():
        monkeypatch.setenv(name, value)
    assert Settings() == chosen == Settings.model_construct()


def test_metrics_leave_a_port_for_every_worker() -> None:
    assert Settings(metrics_port=65534, workers=2).metrics_port == 65534
    with pytest.raises(ValidationError, match="choose 65534 or less"):
        Settings(metrics_port=65535, workers=2)


def test_every_setting_has_a_description() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert "|" not in field.description


def test_log_lines_are_one_json_object_or_one_readable_line() -> None:
    record = logging.LogRecord("cnn_loupe.access", logging.INFO, "", 0, "GET %s 200", ("/a\nb",), None)
    record.request_id = "abc"
    line = JsonFormatter().format(record)
    assert "\n" not in line
    found = json.loads(line)
    assert found["request_id"] == "abc"
    assert found["time"].endswith("Z")
    assert "[abc]" in HumanFormatter().format(record)
    record.args = ("/a\nb\x1b[31m",)
    assert r"GET /a\nb\x1b[31m 200 [abc]" in HumanFormatter().format(record)
