"""Whether a page may show embeds, by the sources that stand in frame-ancestors.

The browser decides; this says beforehand what it will decide, so that a frame can hold a sentence instead of
an empty box. static/js/features/embed/builder/origins.js says the same in the page; both are held to one table of cases
(tests/contract/origins.json). (CSP Level 3, "Does url match expression in origin with redirect count".)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}
_SOURCE = re.compile(r"(?:(https?):)?(?://)?([^:/]*)(?::(\d+|\*))?")


def allows(sources: Iterable[str], page: str, own: str) -> bool:
    """Whether a page of the origin `page` may show what the server at the origin `own` sends."""
    return any(_matches(source, page, own) for source in sources)


def _matches(source: str, page: str, own: str) -> bool:
    if source == "*":
        return True
    if source == "'self'":
        return page == own
    parts = _SOURCE.fullmatch(source)
    if parts is None:
        return False
    scheme, host, port = parts.groups()
    found = urlsplit(page)
    # A page of the safer scheme may stand for one of the other.
    if found.scheme != "https" and found.scheme != (scheme or urlsplit(own).scheme):
        return False
    if scheme == "https" and found.scheme != "https":
        return False
    if not host:
        return True
    name, wanted = (found.hostname or "").lower(), host.lower()
    if not (name.endswith(wanted[1:]) if wanted.startswith("*.") else name == wanted):
        return False
    at = found.port or _PORTS[found.scheme]
    return (
        port == "*"
        or at == (int(port) if port else _PORTS[scheme or found.scheme])
        or (not port and at == _PORTS[found.scheme])
    )


def framing_page(headers: Mapping[str, str]) -> str | None:
    """The origin of the foreign page whose frame asks, where the browser says so."""
    if headers.get("sec-fetch-dest") not in ("iframe", "frame", "object", "embed"):
        return None
    if headers.get("sec-fetch-site") not in ("cross-site", "same-site"):
        return None
    try:
        found = urlsplit(headers.get("referer", ""))
        port = f":{found.port}" if found.port and found.port != _PORTS.get(found.scheme) else ""
    except ValueError:
        return None
    return f"{found.scheme}://{found.hostname}{port}" if found.scheme in _PORTS and found.hostname else None
