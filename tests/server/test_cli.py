"""The command: what it offers, and what it says of what it does not know."""

from __future__ import annotations

import pytest

from cnn_loupe.server.cli import main

COMMANDS = ("serve", "doctor", "health", "train", "evaluate", "predict", "describe")


@pytest.mark.parametrize("given", [["--help"], ["nonsense"], []])
def test_every_command_is_offered(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(given)
    out, err = capsys.readouterr()
    assert caught.value.code == (2 if given == ["nonsense"] else 0)
    for command in COMMANDS:
        assert command in out + err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([command, "--help"])
    assert caught.value.code == 0
    assert f"usage: cnn-loupe {command}" in capsys.readouterr().out
