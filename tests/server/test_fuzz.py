"""A short run of what `make fuzz` does for hours."""

from __future__ import annotations

import pytest

from tests.fuzz.__main__ import main


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_hostile_requests_never_get_a_bad_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--requests", "600", "--seed", "7"]) == 0
    assert "600 requests" in capsys.readouterr().out
