"""`cnn-loupe doctor`: is this installation sound, and if not, what is to be done."""

from __future__ import annotations

import errno
import logging
import os
import platform
import re
import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, requires, version
from typing import TypeVar

from cnn_loupe.engine import zoo
from cnn_loupe.engine.commands.console import say
from cnn_loupe.engine.data.images import Limits
from cnn_loupe.engine.errors import EngineError
from cnn_loupe.engine.golden import golden_input
from cnn_loupe.engine.importing.proof import runtime_version
from cnn_loupe.engine.weights import DESCRIPTION, load_model
from cnn_loupe.server.errors import Problem
from cnn_loupe.server.gallery import read_gallery
from cnn_loupe.server.lessons.loader import read_shelf
from cnn_loupe.server.lessons.serialise import Lessons
from cnn_loupe.server.library import is_shipped, load_library, model_folders, self_test
from cnn_loupe.server.paths import CATALOGUES, STATIC, TEMPLATES
from cnn_loupe.server.settings import Settings
from cnn_loupe.server.threads import BLAS

Read = TypeVar("Read")


@dataclass(frozen=True)
class Finding:
    """One thing looked at: `problem` says what is wrong and what to do; None is well."""

    what: str
    value: str
    problem: str | None = None
    fatal: bool = True


def doctor() -> int:
    """Print every finding; gives 1 where something must be mended."""
    findings = list(examine())
    for finding in findings:
        mark = "ok  " if finding.problem is None else "FAIL" if finding.fatal else "note"
        say(f"{mark}  {finding.what}: {finding.value}")
        if finding.problem is not None:
            say(f"      {finding.problem}")
    failed = sum(finding.problem is not None and finding.fatal for finding in findings)
    say("Everything needed is in order." if not failed else f"{failed} to mend.")
    return 1 if failed else 0


def examine() -> Iterator[Finding]:
    """Look at Python, packages, files, models, numbers, port, and what browsers need."""
    yield _python()
    yield from _packages()
    yield from _files()
    yield _threads()
    yield from _models()
    yield from _lessons()
    yield from _own_models()
    yield _speed()
    yield from _ports()
    yield from _surroundings()


def _python() -> Finding:
    problem = None if sys.version_info >= (3, 11) else "Install Python 3.11 or newer."
    return Finding("Python", f"{platform.python_version()} on {platform.system()} {platform.machine()}", problem)


def _packages() -> Iterator[Finding]:
    try:
        needed = requires("cnn-loupe") or []
    except PackageNotFoundError:
        yield Finding("package", "cnn-loupe is not installed", "Run `pip install .` or `make serve`.")
        return
    for line in needed:
        if "extra ==" in line:
            continue
        wanted = line.split(";")[0].strip()
        name = re.split(r"[<>=!~ \[]", wanted, maxsplit=1)[0]
        try:
            found = version(name)
        except PackageNotFoundError:
            yield Finding(name, "missing", f"Run `pip install '{wanted}'`.")
            continue
        least, most = (re.search(rf"{sign}\s*([\d.]+)", wanted) for sign in (">=", "<(?!=)"))
        problem = None
        if least and _numbers(found) < _numbers(least[1]):
            problem = f"At least {least[1]} is needed: `pip install '{wanted}'`."
        elif most and _numbers(found) >= _numbers(most[1]):
            problem = f"Only versions below {most[1]} are tested: `pip install '{wanted}'`."
        yield Finding(name, found, problem)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text)[:3])


def _files() -> Iterator[Finding]:
    for what, folder, pattern in (
        ("scripts and styles", STATIC, "**/*.js"),
        ("templates", TEMPLATES, "*.html"),
        ("catalogues", CATALOGUES, "*/*.json"),
    ):
        count = sum(1 for _ in folder.glob(pattern))
        yield Finding(what, f"{count} files", None if count else "The installation is incomplete; install it again.")


def _threads() -> Finding:
    chosen = {name: os.environ[name] for name in BLAS if name in os.environ}
    value = ", ".join(f"{name}={value}" for name, value in chosen.items())
    many = any(value != "1" for value in chosen.values())
    return Finding(
        "BLAS threads",
        value,
        "One thread a computation serves more requests: leave these variables unset." if many else None,
        fatal=False,
    )


def _models() -> Iterator[Finding]:
    """Shipped models, and those of the setting `models`, which the server would skip where they are unsound."""
    shipped = [zoo.FOLDER / name for name in zoo.model_ids()]
    if not shipped:
        yield Finding("models", "none", "The package ships with a model: install it again.")
    for folder in Settings().models:
        if not folder.is_dir():
            remedy = "It is no folder: mend CNN_LOUPE_MODELS, whose folders are separated like PATH."
            yield Finding(f"models in {folder}", "none", remedy)
        elif not set(_quietly(partial(model_folders, [folder]))) - set(shipped):
            remedy = "A model is a folder in it, with model.json and weights.safetensors."
            yield Finding(f"models in {folder}", "none", remedy, fatal=False)
    known: set[str] = set()
    for folder in _quietly(lambda: model_folders(Settings().models)):
        try:
            model = load_model(folder)
            deviation = self_test(model)
        except EngineError as error:
            yield Finding(f"model {folder.name}", "unsound", str(error))
            continue
        if model.spec.id in known:
            remedy = f"Another model has its id, {model.spec.id!r}, and is served; change it in {DESCRIPTION}."
            yield Finding(f"model {folder.name}", "skipped", remedy)
            continue
        known.add(model.spec.id)
        said = "digest right, no golden values" if deviation is None else f"digest right, deviation {deviation:.1e}"
        yield Finding(f"model {model.spec.id}", said)
        for mistake in read_gallery(folder, "", len(model.spec.classes)).mistakes:
            yield Finding(f"gallery of {model.spec.id}", "incomplete", mistake, fatal=is_shipped(folder))
    default = Settings().default_model
    if known and default not in known:
        remedy = f"Set CNN_LOUPE_DEFAULT_MODEL to one of {', '.join(sorted(known))}."
        yield Finding("model shown first", f"{default!r}, which is not served", remedy)


def _quietly(read: Callable[[], Read]) -> Read:
    """What this gives, without the server's log: here findings tell of mistakes."""
    log = logging.getLogger("cnn_loupe")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        return read()
    finally:
        log.setLevel(level)


def _lessons() -> Iterator[Finding]:
    """Every lesson that would be served, and every mistake with its file and line."""
    settings = Settings()
    if not settings.lessons:
        return
    library = _quietly(lambda: load_library(settings.models, settings.default_model))
    limits = Limits(bytes=settings.max_upload_bytes, pixels=settings.max_pixels)
    shelf = read_shelf(settings.lessons, library, limits)
    lessons = Lessons(shelf, limits)
    for lesson in shelf.lessons.values():
        said = f"{len(lesson.steps)} steps, {len(lesson.pictures)} pictures"
        try:
            lessons.tell(lesson)
        except (EngineError, Problem) as error:
            yield Finding(f"lesson {lesson.id}", said, f"A question has no answer: {error}")
        else:
            yield Finding(f"lesson {lesson.id}", said)
    for mistake in shelf.mistakes:
        yield Finding(f"lesson {mistake.place}", mistake.what, mistake.remedy)


def _own_models() -> Iterator[Finding]:
    """Whether people may bring models, and settings of which one makes another idle."""
    settings = Settings()
    said = "taken" if settings.own_models_on else "not taken"
    why = f"CNN_LOUPE_OWN_MODELS is {settings.own_models}"
    if not settings.own_models_on:
        yield Finding("models of people's own", f"{said} ({why})")
        return
    runtime = runtime_version()
    beside = f"ONNX Runtime {runtime} compares" if runtime else "without ONNX Runtime (extra `check`)"
    yield Finding("models of people's own", f"{said} up to {settings.largest_model / 1e6:.0f} MB ({why}), {beside}")
    if settings.largest_model < settings.max_model_bytes:
        yield Finding(
            "CNN_LOUPE_MAX_MODEL_BYTES",
            f"{settings.max_model_bytes}, of which CNN_LOUPE_MAX_PENDING_BYTES lets {settings.largest_model} in",
            "Raise CNN_LOUPE_MAX_PENDING_BYTES, or lower it.",
            fatal=False,
        )
    if settings.own_cache_bytes < settings.max_model_bytes:
        yield Finding(
            "CNN_LOUPE_OWN_CACHE_BYTES",
            f"{settings.own_cache_bytes}, less than CNN_LOUPE_MAX_MODEL_BYTES ({settings.max_model_bytes})",
            "Raise it: people with large models take turns in sending them anew.",
            fatal=False,
        )


def _speed() -> Finding:
    """The median of 20 runs; slow numbers usually mean a NumPy without an optimised BLAS."""
    try:
        network = zoo.load(zoo.model_ids()[0]).network
    except (IndexError, EngineError):
        return Finding("one run", "no sound model to run", fatal=False)
    picture = golden_input(network.spec.input_shape)
    times = []
    for _ in range(20):
        began = time.perf_counter()
        network.run(picture)
        times.append(1000 * (time.perf_counter() - began))
    median = sorted(times)[len(times) // 2]
    slow = "NumPy may lack an optimised BLAS, or the machine is busy." if median > 20 else None
    return Finding("one run", f"{median:.2f} ms", slow, fatal=False)


def _ports() -> Iterator[Finding]:
    """The port of the page, and one for each worker's metrics where they are on."""
    settings = Settings()
    yield _port(settings.host, settings.port, "CNN_LOUPE_PORT")
    if not settings.metrics_port:
        return
    for port in range(settings.metrics_port, settings.metrics_port + settings.workers):
        yield _port(settings.host, port, "CNN_LOUPE_METRICS_PORT")
    if not _has("prometheus-client"):
        yield Finding("metrics", "need prometheus-client", "Run `pip install 'cnn-loupe[metrics]'`.")


def _port(host: str, port: int, variable: str) -> Finding:
    what = f"port {port} on {host}"
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        value, remedy = _why_not(error, variable)
        return Finding(what, f"{value} ({error.strerror or error})", remedy, fatal=False)
    return Finding(what, "free")


def _why_not(error: OSError, variable: str) -> tuple[str, str]:
    if error.errno in (errno.EACCES, errno.EPERM):
        return "needs rights", f"Set {variable} to 1024 or more, or run with the right to use lower ones."
    if error.errno == errno.EADDRINUSE:
        return "taken", f"Stop what listens there, or set {variable}."
    return "not an address of this machine", "Set CNN_LOUPE_HOST to one, such as 127.0.0.1 or 0.0.0.0."


def _surroundings() -> Iterator[Finding]:
    names = ("chromium", "google-chrome", "firefox", "microsoft-edge", "safari")
    browser = next((name for name in names if shutil.which(name)), None)
    yield Finding("browser on this machine", browser or "none found; any device of the network can open the page")
    yield Finding(
        "browser needs",
        "modules, custom elements, <dialog>, popover, light-dark(): Chromium 123, Firefox 125, Safari 17.5 or newer",
    )
    fast = "pybase64" if _has("pybase64") else "the standard library; pip install 'cnn-loupe[fast]' makes runs quicker"
    yield Finding("base64", fast)
    yield Finding("metrics", "prometheus-client installed" if _has("prometheus-client") else "off (an extra)")


def _has(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True
