"""Which version this is; apart, so that the command and the supervisor need nothing else for it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def package_version() -> str:
    """This package's version; `0+unknown` in a folder that was never installed."""
    try:
        return version("cnn-loupe")
    except PackageNotFoundError:
        return "0+unknown"
