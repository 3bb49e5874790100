"""Whom a request asks for, and where: the Host header, the sub-path of a proxy, HEAD."""

from __future__ import annotations

import re
from collections.abc import Iterable

from starlette.types import Scope

from cnn_loupe.server.errors import Problem

# Asked by orchestrators, which know a container's address and no name; the answers hold nothing secret.
PROBES = frozenset({"/healthz", "/readyz"})

# RFC 3986, 3.2.2 and 3.2.3: a name or an address of IPv4, or one of IPv6 in brackets; a port.
_HOST = re.compile(
    r"(?:\[[0-9A-Fa-fv:.]{2,64}\]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(?::[0-9]*)?", re.ASCII
)


class Hosts:
    """The names under which the server answers; `*` stands for any, `*.example.org` for those below one."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self._allowed = tuple(name.strip("[]").lower() for name in allowed)

    def check(self, path: str, header: str) -> None:
        """Raises Problem (400): a Host header that is none (RFC 9112, 3.2), or the name of another server."""
        if not _HOST.fullmatch(header):
            raise Problem(
                400,
                "host_malformed",
                f"Host: {header[:64]!r} is not a name or an address, with a port or without one.",
                host=header[:64],
            )
        if path not in PROBES and not self._knows(header):
            raise Problem(
                400,
                "unknown_host",
                "This server does not answer under this name; its operator lists names in CNN_LOUPE_ALLOWED_HOSTS.",
            )

    def _knows(self, header: str) -> bool:
        name = header.rsplit(":", 1)[0] if not header.endswith("]") else header
        name = name.strip("[]").lower()
        return any(
            known in ("*", name) or (known.startswith("*.") and name.endswith(known[1:])) for known in self._allowed
        )


def check_version(version: str) -> None:
    """Raises Problem (505) for a major version of HTTP other than 1 (RFC 9110, 15.6.6), which the parser takes."""
    if not version.startswith("1."):
        raise Problem(
            505,
            "http_version_unsupported",
            f"The request is written as HTTP/{version}; this server speaks HTTP/1.1.",
            version=version,
        )


def inner_scope(scope: Scope, root: str) -> Scope:
    """The request as the routes see it: without the sub-path `root`, whether the proxy removed it or not."""
    path: str = scope["path"]
    if root and (path == root or path.startswith(root + "/")):
        path = path[len(root) :] or "/"
    # HEAD is GET without its body; uvicorn leaves that out by the outer scope's method.
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    raw_path = path.encode("utf-8", "surrogateescape")
    return {**scope, "path": path, "raw_path": raw_path, "root_path": "", "method": method}
