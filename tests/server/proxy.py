"""A real nginx in front of servers, with the configuration that compose.yaml mounts: only names and places differ."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.conftest import ROOT, free_port

NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
PUBLISHED = ROOT / "deploy" / "nginx.conf"


@dataclass(frozen=True)
class Proxy:
    """nginx on loopback."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def memory(self) -> float:
        """Megabytes of all its processes that are shared with nobody else."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        total = 0
        for pid in (str(self.process.pid), *children):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith(("Private_Clean", "Private_Dirty")):
                    total += int(line.split()[1])
        return total / 1000


def configuration(folder: Path, port: int, upstreams: Sequence[int], location: str = "/") -> str:
    """The published configuration with this machine's ports and folders."""
    text = PUBLISHED.read_text("utf-8")
    servers = "\n".join(f"server 127.0.0.1:{each} max_fails=1 fail_timeout=5s;" for each in upstreams)
    for old, new in (
        ("server cnn-loupe:8000 max_fails=1 fail_timeout=5s;", servers),
        ("listen 8080;", f"listen 127.0.0.1:{port};"),
        ("location / {", f"location {location} {{"),
        ("/tmp/nginx", f"{folder}/nginx"),
    ):
        assert old in text, f"deploy/nginx.conf has no {old!r} any more"
        text = text.replace(old, new)
    return text


@contextlib.contextmanager
def started(folder: Path, text: str, port: int, ready: str | None = "/healthz") -> Iterator[Proxy]:
    """nginx with this configuration; waits until `ready` is answered, or (None) until it listens."""
    path = folder / "nginx.conf"
    path.write_text(text)
    directives = "daemon off;" + (" user root;" if os.geteuid() == 0 else "")
    process = subprocess.Popen([NGINX, "-p", str(folder), "-c", str(path), "-g", directives], stderr=subprocess.PIPE)
    try:
        for _ in range(200):
            with contextlib.suppress(httpx.TransportError):
                found = httpx.get(f"http://127.0.0.1:{port}{ready or '/'}", timeout=5)
                if ready is None or found.status_code == 200:
                    break
            if process.poll() is not None:
                raise RuntimeError(process.communicate()[1].decode())
            time.sleep(0.1)
        yield Proxy(port, process)
    finally:
        process.terminate()
        process.communicate(timeout=10)


@contextlib.contextmanager
def nginx(folder: Path, upstreams: Sequence[int], location: str = "/") -> Iterator[Proxy]:
    """nginx in front of servers that answer."""
    port = free_port()
    with started(folder, configuration(folder, port, upstreams, location), port, f"{location}healthz") as found:
        yield found
