"""The image, really built and really run: `make image-test`.

Held to what it promises: nothing of pip or of build tools inside, an unprivileged user on a read-only file system, its
own HEALTHCHECK, an answer to a picture, an end within seconds of SIGTERM, and its compressed size.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import sys
import tarfile
import time
from pathlib import Path

import httpx

from tests.conftest import free_port
from tests.packaging.engines import Buildah, Engine, Running, engine, index_secrets

BASE_MB = 45  # python:3.13-slim, compressed, as its registry publishes it for linux/amd64
MOST_MB = 120
TOOLS = re.compile(r"^(pip|setuptools|wheel|hatchling|uv|gcc|cc|pytest|mypy|ruff|node|npm|esbuild)(\d|-|\.|$)")
LIST = """
import json, pathlib, shutil, sys
app = pathlib.Path(sys.prefix)
names = {p.name for p in app.glob("lib/python*/site-packages/*")} | {p.name for p in app.glob("bin/*")}
names |= {name for name in ("gcc", "cc", "node", "npm") if shutil.which(name)}
try:
    import pip
    names.add("pip")
except ImportError:
    pass
print(json.dumps(sorted(names)))
"""


def check(running: Running, found: Engine) -> None:
    """Ask it how it is, as its own health check does, and let it work."""
    health = found.config()["Healthcheck"]["Test"]
    if health[0] != "CMD":
        raise SystemExit(f"the health check is {health}")
    for _ in range(150):
        done = found.inside(*health[1:])
        if done.returncode == 0:
            break
        time.sleep(0.2)
    else:
        raise SystemExit(f"the health check never passed: {done.stdout}{done.stderr}")
    print("HEALTHCHECK passes")
    if running.pid:
        status = Path(f"/proc/{running.pid}/status").read_text()
        users = re.findall(r"^Uid:\s+(.*)$", status, re.MULTILINE)[0].split()
        rights = re.findall(r"^Cap(?:Eff|Bnd):\s+(\w+)$", status, re.MULTILINE)
        if users != [found.config()["User"]] * 4 or any(int(mask, 16) for mask in rights):
            raise SystemExit(f"it runs as {users} with rights {rights}")
        print(f"runs as user {users[0]}, without rights, on a read-only file system")
    page = httpx.get(running.url + "/")
    run = httpx.get(running.url + "/api/v1/models/tiny-vgg/samples/espresso/run")
    if page.status_code != 200 or len(run.json()["scores"]) != 10:
        raise SystemExit("the page or a run is not answered")
    if ("/js/parts/" in page.text) != found.has_node:
        raise SystemExit(f"Node was at hand: {found.has_node}; the page is a bundle: {not found.has_node}")
    print(f"the page and a run are answered; {'a bundle' if found.has_node else 'plain modules, without Node'}")
    names = json.loads(found.inside("python", "-c", LIST).stdout)
    left = [name for name in names if TOOLS.match(name)]
    if left:
        raise SystemExit(f"build tools are left: {', '.join(left)}")
    print("no pip, build back end, compiler or Node inside")


def compressed_size(folder: Path) -> float:
    """MB of the folder as a layer: a tar file, compressed by gzip as registries do."""
    out = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=out, mode="wb", compresslevel=6) as packed,
        tarfile.open(fileobj=packed, mode="w") as tar,
    ):
        tar.add(folder, "app")
    return len(out.getvalue()) / 1e6


def main() -> int:
    found = engine()
    if isinstance(found, str):
        print(f"skipped: {found}")
        return 0
    began = time.monotonic()
    found.prepare()
    print(f"{found.name}: base image at hand after {time.monotonic() - began:.0f} s", flush=True)
    began = time.monotonic()
    with index_secrets(sys.executable) as secrets:
        found.build(secrets)
    print(f"built in {time.monotonic() - began:.0f} s", flush=True)
    port = free_port()
    with found.run(port, {"CNN_LOUPE_WORKERS": "2"}) as running:
        check(running, found)
        if isinstance(found, Buildah):
            own = compressed_size(found.root / "app")
            print(
                f"image: {own:.1f} MB + {BASE_MB} MB (slim base, as published) = {own + BASE_MB:.0f} MB; at most "
                f"{MOST_MB} MB"
            )
            if own + BASE_MB > MOST_MB:
                return 1
        began = time.monotonic()
    print(f"SIGTERM: ended within {time.monotonic() - began:.1f} s")
    return 0


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main())
