"""What a setting may be where its type alone does not say so: values that could never match are refused.

Each function gives the value in its proper form, or raises ValueError with a sentence that completes the setting's
name.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Any

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"
# A source of Content-Security-Policy's frame-ancestors that names a site, or every site.
_SOURCE = re.compile(rf"\*|https?://(?:\*\.)?{_NAME}(?::(?:\d{{1,5}}|\*))?")
# Ancestors of a notebook's output in VS Code, which have origins of schemes of their own.
_EDITORS = frozenset({"vscode-webview:", "vscode-file:"})
# What a browser says in `Origin`: one scheme, one name or address, one port.
_ORIGIN = re.compile(rf"(https?)://({_NAME}|\[[0-9A-Fa-f:.]+\])(?::(\d{{1,5}}))?", re.IGNORECASE)
_DEFAULT_PORTS = {"http": "80", "https": "443"}
_HOST = re.compile(rf"(?:\*\.)?{_NAME}|\[?[0-9A-Fa-f]*:[0-9A-Fa-f:.]+\]?")


def switch(value: Any) -> Any:
    """auto, on or off, however people write on and off; anything else is left as it is."""
    if isinstance(value, bool):
        return "on" if value else "off"
    words = {
        **dict.fromkeys(("1", "true", "yes", "on"), "on"),
        **dict.fromkeys(("0", "false", "no", "off"), "off"),
    }
    return words.get(value.lower(), value.lower()) if isinstance(value, str) else value


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def root_path(value: str) -> str:
    """A path such as /learn/cnn, or nothing."""
    if "://" in value:
        raise ValueError("is a path such as /learn/cnn, without scheme and name")
    value = value.strip("/")
    if any(character in value for character in "?#\"'<>\\ :") or {"..", ""} & set(value.split("/")[1:]):
        raise ValueError("is a path such as /learn/cnn: no spaces, quotes, ':', '?', '#', '//' or '..'")
    if value.split("/")[0] == "..":
        raise ValueError("is a path such as /learn/cnn, without '..'")
    return f"/{value}" if value else ""


def allowed_hosts(value: tuple[str, ...]) -> tuple[str, ...]:
    """Names as they stand in addresses, without scheme, port and path."""
    if not value:
        raise ValueError("is empty, so that every request would be refused; write * for any name")
    for name in value:
        if name != "*" and not _HOST.fullmatch(name):
            raise ValueError(
                f"{name!r} can never match: write the name alone, without scheme, port and path, "
                "such as cnn.example.org or *.example.org"
            )
    return value


def trusted_proxies(value: str) -> str:
    """Addresses and networks, or * for all."""
    for part in value.split(","):
        if part.strip() in ("*", ""):
            continue
        try:
            ipaddress.ip_network(part.strip())
        except ValueError:
            raise ValueError(
                f"{part.strip()!r} is no address and no network, and names are not looked up: "
                "write addresses such as 10.0.0.5 or 10.0.0.0/8 (the network's first address), or * for all"
            ) from None
    if "*" in [part.strip() for part in value.split(",")]:
        return "*"
    return value


def frame_ancestors(value: str) -> str:
    """One list of sources."""
    if any(character in value for character in ";,\r\n"):
        raise ValueError("is a list of sources separated by spaces, without ';' or ','")
    return value.strip() or "'none'"


def embed_origins(value: tuple[str, ...]) -> tuple[str, ...]:
    """Sites that may show embeds."""
    for origin in value:
        if origin not in _EDITORS and not _SOURCE.fullmatch(origin):
            raise ValueError(
                f"{origin!r} is not an origin: write scheme, name and port, without a path, "
                "such as https://moodle.example.org or http://192.168.1.5:8080"
            )
    return value


def cors_origins(value: tuple[str, ...]) -> tuple[str, ...]:
    """Origins as browsers write them: in small letters, without the scheme's own port."""
    return tuple(_origin(origin) for origin in value)


def _origin(origin: str) -> str:
    if origin == "*":
        return origin
    found = _ORIGIN.fullmatch(origin)
    if found is None:
        raise ValueError(
            f"{origin!r} can never match: write scheme, name and port, without a path, a final / or *, "
            "such as https://notes.example.org or http://localhost:8888; * alone is for all"
        )
    scheme, name, port = found[1].lower(), found[2].lower(), found[3]
    suffix = f":{port}" if port and port != _DEFAULT_PORTS[scheme] else ""
    return f"{scheme}://{name}{suffix}"
