"""What the page's checks share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web.tools import installed_tools


@pytest.fixture(scope="session")
def web_tools() -> Path:
    """The folder of the npm packages."""
    return installed_tools()
