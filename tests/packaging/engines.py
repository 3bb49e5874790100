"""What builds and runs an image: Docker or Podman where one answers, else Debian's buildah in a chroot."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.packaging.base import NODE, ROOT, base, node_parts

TAG = "localhost/cnn-loupe-test:latest"
STORAGE = ROOT / "build" / "image"
# What a container gets at the least: a clean environment, and a file system that nobody may write to.
READ_ONLY = """
set -e
mount --make-rprivate /
mount --bind "$0" "$0"
mount -o remount,bind,ro "$0"
mount -t proc proc "$0/proc"
mount --rbind /dev "$0/dev"
if touch "$0/probe" "$0/app/probe" 2>/dev/null; then echo "the file system can be written to" >&2; exit 9; fi
exec "$@"
"""


@dataclass(frozen=True)
class Running:
    """A container that serves; `pid` is its process on this machine, 0 where that cannot be seen."""

    url: str
    pid: int


class Engine(ABC):
    """Builds this checkout's Dockerfile, and runs what comes out as the image says."""

    name: str
    has_node = True  # in the image that the page is bundled in

    def prepare(self) -> None:  # noqa: B027 (an engine with a registry has nothing to prepare)
        """See to the base image."""

    @abstractmethod
    def build(self, secrets: Sequence[str]) -> None:
        """Build the image; secrets are `--secret` options."""

    @abstractmethod
    def config(self) -> dict[str, Any]:
        """The image's User, Env, Entrypoint, Cmd and Healthcheck."""

    @abstractmethod
    def run(self, port: int, environment: dict[str, str]) -> contextlib.AbstractContextManager[Running]:
        """Serve on this port of loopback, read-only and without rights, until the block ends by SIGTERM."""

    @abstractmethod
    def inside(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the running container, as its user and in its environment."""


class Docker(Engine):
    """Docker or Podman: both know these options."""

    def __init__(self, program: str) -> None:
        self.name = self.program = program
        self.container = ""

    def build(self, secrets: Sequence[str]) -> None:
        _build([self.program, "build", *secrets, "--tag", TAG, str(ROOT)])

    def config(self) -> dict[str, Any]:
        done = subprocess.run([self.program, "image", "inspect", TAG], check=True, capture_output=True, text=True)
        found: dict[str, Any] = json.loads(done.stdout)[0]["Config"]
        return found

    @contextlib.contextmanager
    def run(self, port: int, environment: dict[str, str]) -> Iterator[Running]:
        given = [part for name, value in environment.items() for part in ("--env", f"{name}={value}")]
        rights = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
        command = [self.program, "run", "--detach", *rights, *given, "--publish", f"127.0.0.1:{port}:8000", TAG]
        self.container = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        try:
            yield Running(f"http://127.0.0.1:{port}", 0)
            subprocess.run([self.program, "stop", "--time", "12", self.container], check=True, capture_output=True)
            done = subprocess.run([self.program, "wait", self.container], check=True, capture_output=True, text=True)
            if done.stdout.strip() not in ("0", "143"):
                raise SystemExit(f"it ended with {done.stdout.strip()}")
        finally:
            logs = subprocess.run([self.program, "logs", self.container], capture_output=True, text=True)
            subprocess.run([self.program, "rm", "--force", self.container], capture_output=True)
        if "Traceback" in logs.stdout + logs.stderr:
            raise SystemExit(logs.stdout + logs.stderr)

    def inside(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([self.program, "exec", self.container, *command], capture_output=True, text=True)


class Buildah(Engine):
    """Debian's buildah with chroot isolation: needs root on Linux, and no service, registry or kernel feature."""

    name = "buildah"
    has_node = NODE is not None

    def __init__(self) -> None:
        places = [f"--root={STORAGE / 'storage'}", f"--runroot={STORAGE / 'run'}"]
        self.command = ["buildah", *places, "--storage-driver=overlay"]
        if subprocess.run([*self.command, "info"], capture_output=True).returncode != 0:
            self.command[-1] = "--storage-driver=vfs"  # slower; needs nothing of the file system
        self.root = Path()
        self.environment: dict[str, str] = {}

    def _buildah(self, *arguments: str) -> str:
        done = subprocess.run([*self.command, *arguments], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"buildah {arguments[0]} failed:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
        return done.stdout.strip()

    def prepare(self) -> None:
        """The bases under the names that the Dockerfile knows them by."""
        if not self._has(argument("PYTHON")):
            container = self._buildah("from", "scratch")
            self._buildah("add", "--quiet", container, str(base()), "/")
            path = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
            self._buildah("config", "--env", f"PATH={path}", "--cmd", "python3", container)
            self._buildah("commit", "--quiet", "--rm", container, argument("PYTHON"))
        if NODE and not self._has(argument("NODE")):
            container = self._buildah("from", "--pull-never", argument("PYTHON"))
            for part, place in node_parts().items():
                self._buildah("add", "--quiet", container, str(part), place)
            self._buildah("commit", "--quiet", "--rm", container, argument("NODE"))

    def _has(self, name: str) -> bool:
        return subprocess.run([*self.command, "inspect", "--type=image", name], capture_output=True).returncode == 0

    def build(self, secrets: Sequence[str]) -> None:
        # Without Node on this machine the page is not bundled, which the Dockerfile allows for.
        node = [] if NODE else [f"--build-arg=NODE={argument('PYTHON')}"]
        options = ["--isolation=chroot", "--pull-never", "--layers=false", "--format=docker", *node]
        _build([*self.command, "build", *options, *secrets, "--tag", TAG, str(ROOT)])

    def config(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._buildah("inspect", "--type=image", TAG))["Docker"]["config"]
        return found

    @contextlib.contextmanager
    def run(self, port: int, environment: dict[str, str]) -> Iterator[Running]:
        config = self.config()
        container = self._buildah("from", "--pull-never", TAG)
        process = None
        try:
            self.root = Path(self._buildah("mount", container))
            self.environment = dict(entry.split("=", 1) for entry in config["Env"])
            self.environment |= environment | {"CNN_LOUPE_HOST": "127.0.0.1", "CNN_LOUPE_PORT": str(port)}
            command = [*self._as_user(config["User"]), *config["Entrypoint"], *config["Cmd"]]
            process = subprocess.Popen(
                ["unshare", "--mount", "sh", "-c", READ_ONLY, str(self.root), *command],
                env=self.environment, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            )  # fmt: skip
            yield Running(f"http://127.0.0.1:{port}", process.pid)
            process.terminate()
            output = process.communicate(timeout=15)[0]
            if process.returncode not in (0, -15) or "Traceback" in output:
                raise SystemExit(f"it ended with {process.returncode}: {output}")
        finally:
            if process is not None and process.poll() is None:
                process.kill()
                print(process.communicate()[0])
            self._buildah("umount", container)
            self._buildah("rm", container)

    def _as_user(self, user: str) -> list[str]:
        rights = [f"--reuid={user}", f"--regid={user}", "--clear-groups", "--no-new-privs", "--bounding-set=-all"]
        return ["chroot", str(self.root), "setpriv", *rights]

    def inside(self, *command: str) -> subprocess.CompletedProcess[str]:
        whole = [*self._as_user(self.config()["User"]), *command]
        return subprocess.run(whole, env=self.environment, cwd="/", capture_output=True, text=True)


def argument(name: str) -> str:
    """The default of one of the Dockerfile's arguments: the name of a base image."""
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    return next(line for line in lines if line.startswith(f"ARG {name}=")).partition("=")[2]


def _build(command: Sequence[str]) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise SystemExit(f"the build failed:\n{done.stdout[-6000:]}")


def engine() -> Engine | str:
    """What is at hand, or why nothing is."""
    for program in ("docker", "podman"):
        if shutil.which(program) and subprocess.run([program, "info"], capture_output=True).returncode == 0:
            return Docker(program)
    missing = [name for name in ("buildah", "debootstrap", "unshare", "setpriv") if not shutil.which(name)]
    if missing:
        return (
            f"no container engine answers, and {' and '.join(missing)} cannot be found (apt install buildah "
            "debootstrap)"
        )
    if os.geteuid() != 0:
        return "no container engine answers, and buildah with a chroot needs root"
    return Buildah()


@contextlib.contextmanager
def index_secrets(python: str) -> Iterator[list[str]]:
    """This machine's way to its package indexes, for the build alone: settings of pip and npm, and certificates.

    Only settings that make sense inside are handed on: no folders and files of this machine but its certificates.
    """
    done = subprocess.run([python, "-m", "pip", "config", "list"], capture_output=True, text=True)
    settings: dict[str, str] = {}
    for line in done.stdout.splitlines():
        name, _, value = line.partition("=")
        settings[name.rpartition(".")[2]] = value.strip("'\"")
    wanted = ("index-url", "extra-index-url", "trusted-host", "proxy", "timeout", "retries")
    pip, npm = ["[global]"], []
    for name in wanted:
        parts = settings.get(name, "").replace("\\n", " ").split()
        kept = [part for part in parts if not part.startswith(("file:", "/"))]
        if kept:
            pip.append(f"{name} = {' '.join(kept)}")
    if NODE:
        for name in ("registry", "https-proxy"):
            done = subprocess.run(["npm", "config", "get", name], capture_output=True, text=True, cwd=ROOT)
            if done.returncode == 0 and done.stdout.strip() not in ("", "null", "undefined"):
                npm.append(f"{name} = {done.stdout.strip()}")
    names = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
    certificates = settings.get("cert") or next((os.environ[name] for name in names if os.environ.get(name)), "")
    with tempfile.TemporaryDirectory() as folder:
        secrets = []
        if certificates:
            pip.append("cert = /run/secrets/ca-bundle")
            npm.append("cafile = /run/secrets/ca-bundle")
            secrets += ["--secret", f"id=ca-bundle,src={certificates}"]
        for identity, lines in (("pip-conf", pip), ("npmrc", npm)):
            path = Path(folder) / identity
            path.write_text("\n".join(lines) + "\n")
            secrets += ["--secret", f"id={identity},src={path}"]
        yield secrets
