"""The Dockerfile's steps, run without a container engine: `make image-proof`.

Every RUN and COPY line is read from the Dockerfile itself and carried out in a scratch folder, with a fresh virtual
environment in the place of the base image's Python; the paths /app, /wheel and /build lie inside that folder. What
comes out is then held to what the image promises: no pip and no build tool, an unprivileged user on a read-only file
system (where this is run as root on Linux), the HEALTHCHECK's own command, SIGTERM, and its compressed size.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BASE_MB = 45  # python:3.13-slim, compressed, as its registry publishes it for linux/amd64
MOST_MB = 120
OUTSIDE = ("useradd", "groupadd")  # changes to the system that holds the image's users; not for this machine


@dataclass(frozen=True)
class Step:
    """One instruction of the Dockerfile: its stage (0, 1), its name, and the rest of its line."""

    stage: int
    name: str
    rest: str


def steps(text: str) -> Iterator[Step]:
    """The instructions in order, continued lines joined, comments left out."""
    stage = -1
    joined = re.sub(r"\\\n\s*", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    for line in filter(None, map(str.strip, joined.splitlines())):
        name, _, rest = line.partition(" ")
        stage += name == "FROM"
        yield Step(stage, name, rest.strip())


class Stage:
    """A folder that stands for the file system of an image, with a Python of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.work = folder
        venv.create(folder / "python", with_pip=True)
        self.environment = {**os.environ, "PATH": f"{folder / 'python' / 'bin'}:{os.environ['PATH']}"}

    def inside(self, path: str) -> Path:
        """A path of the image as one of this machine's."""
        return self.folder / path.lstrip("/") if path.startswith("/") else self.work / path

    def environment_of(self, rest: str) -> None:
        for assignment in shlex.split(rest):
            name, _, value = assignment.partition("=")
            value = re.sub(r"(?<![\w.])/app\b", str(self.inside("/app")), value)
            self.environment[name] = value.replace("$PATH", self.environment["PATH"])

    def run(self, command: str) -> None:
        kept = [part for part in re.split(r"\s*(?:&&|;)\s*", command) if not part.startswith(OUTSIDE)]
        command = " && ".join(f"{{ {part}; }}" for part in kept if part)
        for path in ("/app", "/wheel", "/build"):
            command = re.sub(rf"(?<![\w.$]){path}\b", str(self.inside(path)), command)
        print(f"  RUN {command.replace(str(self.folder), '')[:150]}", flush=True)
        subprocess.run(["sh", "-ec", command], cwd=self.work, env=self.environment, check=True)


def copy(rest: str, stage: Stage, earlier: list[Stage]) -> None:
    parts = shlex.split(rest)
    source = ROOT
    if parts[0].startswith("--from="):
        parts.pop(0)
        source = earlier[0].folder
    *names, target = parts
    place = stage.inside(target)
    for name in names:
        found = source / name.lstrip("/")
        into = place / found.name if target.endswith("/") or len(names) > 1 else place
        into.parent.mkdir(parents=True, exist_ok=True)
        if found.is_dir():
            shutil.copytree(found, into, symlinks=True, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(found, into)


def build(folder: Path) -> Stage:
    """Carry out the Dockerfile; gives its last stage."""
    stages: list[Stage] = []
    for step in steps((ROOT / "Dockerfile").read_text("utf-8")):
        if step.stage == len(stages):
            stages.append(Stage(folder / f"stage-{step.stage}"))
            print(f"stage {step.stage}: {step.rest}", flush=True)
        stage = stages[-1]
        if step.name == "WORKDIR":
            stage.work = stage.inside(step.rest)
            stage.work.mkdir(parents=True)
        elif step.name == "ENV":
            stage.environment_of(step.rest)
        elif step.name == "COPY":
            copy(step.rest, stage, stages)
            if step.rest.startswith("--from="):
                _move_home(stages[0], stage)
        elif step.name == "RUN":
            stage.run(step.rest)
    return stages[-1]


def _move_home(first: Stage, last: Stage) -> None:
    """In the image /app is /app in both stages; here its scripts and links name the first stage's folder."""
    old, new = str(first.folder), str(last.folder)
    for path in (last.inside("/app") / "bin").iterdir():
        if path.is_symlink():
            target = str(path.readlink())
            path.unlink()
            path.symlink_to(target.replace(old, new))
        elif path.is_file():
            path.write_bytes(path.read_bytes().replace(old.encode(), new.encode()))
    config = last.inside("/app/pyvenv.cfg")
    config.write_text(config.read_text().replace(old, new))


def compressed_size(folder: Path) -> float:
    """MB of the folder as a layer: a tar file, compressed by gzip as registries do."""
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=6) as packed, tarfile.open(fileobj=packed, mode="w") as tar:
        tar.add(folder, "app")
    return len(out.getvalue()) / 1e6


def tools_in(app: Path) -> list[str]:
    """What of pip, build back ends and compilers is left inside."""
    names = {path.name for path in app.glob("lib/python*/site-packages/*")} | {path.name for path in app.glob("bin/*")}
    wanted = re.compile(r"^(pip|setuptools|wheel|hatchling|uv|gcc|cc|pytest|mypy|ruff)(\d|-|\.|$)")
    return sorted(name for name in names if wanted.match(name))


def serve(stage: Stage, text: str, port: int) -> None:
    """Start it as the image would (read-only and unprivileged where that is possible), and ask how it is."""
    found = {step.name: step.rest for step in steps(text)}
    command = [str(stage.inside("/app/bin/cnn-loupe")), *json.loads(found["CMD"])]
    environment = {**stage.environment, "CNN_LOUPE_PORT": str(port), "CNN_LOUPE_HOST": "127.0.0.1"}
    if os.geteuid() == 0 and sys.platform.startswith("linux"):
        user = found["USER"]
        # Every file system that can be written to becomes read-only in a name space of its own.
        script = (
            "mount --make-rprivate /; cut -d' ' -f2 /proc/self/mounts | while read place; do"
            ' mount -o remount,bind,ro "$place" 2>/dev/null || true; done;'
            ' if touch "$HOME/probe" /tmp/probe /var/tmp/probe 2>/dev/null; then echo "not read-only"; exit 9; fi; exec "$@"'
        )
        drop = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--no-new-privs", "--bounding-set=-all"]
        command = ["unshare", "--mount", "sh", "-c", script, "sh", *drop, *command]
        stage.folder.parent.chmod(0o755)
        print(f"  as user {user} on a read-only file system")
    process = subprocess.Popen(command, cwd="/", env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        check = json.loads(re.search(r"CMD (\[.*\])", found["HEALTHCHECK"])[1])  # type: ignore[index]
        check[0] = str(stage.inside("/app/bin/python"))
        for _ in range(200):
            if subprocess.run(check, env=environment, capture_output=True).returncode == 0:
                break
            if process.poll() is not None:
                raise SystemExit(f"it ended with {process.returncode}: {process.communicate()[0]}")
            time.sleep(0.2)
        else:
            raise SystemExit("the health check never passed")
        print("  HEALTHCHECK passes")
        _ask(port)
        began = time.monotonic()
        process.terminate()
        output = process.communicate(timeout=15)[0]
        print(f"  SIGTERM: ended within {time.monotonic() - began:.1f} s")
        if "Traceback" in output:
            raise SystemExit(output)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def _ask(port: int) -> None:
    import httpx

    base = f"http://127.0.0.1:{port}"
    page = httpx.get(base + "/")
    run = httpx.get(base + "/api/v1/models/tiny-vgg/samples/espresso/run")
    if page.status_code != 200 or len(run.json()["scores"]) != 10:
        raise SystemExit("the page or a run is not answered")
    print("  the page and a run are answered")


def main() -> int:
    from tests.conftest import free_port

    parser = argparse.ArgumentParser(prog="python -m tests.packaging.image", description=__doc__.splitlines()[0])
    parser.parse_args()
    text = (ROOT / "Dockerfile").read_text("utf-8")
    with tempfile.TemporaryDirectory() as folder:
        stage = build(Path(folder))
        app = stage.inside("/app")
        left = tools_in(app)
        own = compressed_size(app)
        print(f"in /app: {sum(1 for path in app.rglob('*') if path.is_file())} files, {own:.1f} MB compressed")
        serve(stage, text, free_port())
    print(f"image: {own:.1f} MB + {BASE_MB} MB (slim base, as published) = {own + BASE_MB:.0f} MB; the limit is {MOST_MB} MB")
    if left:
        print(f"build tools are left: {', '.join(left)}")
    return 1 if left or own + BASE_MB > MOST_MB else 0


if __name__ == "__main__":
    sys.exit(main())
