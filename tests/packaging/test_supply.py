"""What is installed is what is declared: the lock, the notices, the Dockerfile, and what orchestrators are told."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from cnn_loupe.server.settings import PREFIX, Settings
from tests.conftest import ROOT
from tests.packaging import image
from tests.packaging.engines import engine

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LOCK = (ROOT / "deploy" / "requirements.lock").read_text("utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def locked() -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9.-]+)==([^ ;\\]+)", LOCK, re.MULTILINE))


def test_the_lock_holds_every_dependency_at_or_above_its_minimum() -> None:
    found = locked()
    for line in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["fast"]]:
        name, _, least = line.partition(">=")
        assert least, f"{line} names no minimum"
        assert numbers(found[name.strip().lower()]) >= numbers(least), line


def test_every_line_of_the_lock_has_hashes_and_names_no_server() -> None:
    entries = re.split(r"^(?=[a-z0-9.-]+==)", LOCK, flags=re.MULTILINE)[1:]
    assert len(entries) >= len(locked()) > 15  # a package may come twice, for different Pythons
    for entry in entries:
        assert "--hash=sha256:" in entry, entry[:60]
    assert "://" not in LOCK


def test_the_notices_name_every_locked_package() -> None:
    notices = (ROOT / "THIRD_PARTY_NOTICES.md").read_text("utf-8").lower().replace("_", "-")
    missing = {name for name in locked() if f"| {name} |" not in notices}
    assert missing <= {"colorama"}, "renew them: python .ci/notices.py"  # colorama: on Windows only


def steps() -> list[tuple[int, str, str]]:
    """The Dockerfile's instructions: stage (from 0), name and the rest of the line."""
    joined = re.sub(r"\\\n\s*", " ", re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE))
    stage, found = -1, []
    for line in filter(None, map(str.strip, joined.splitlines())):
        name, _, rest = line.partition(" ")
        stage += name == "FROM"
        found.append((stage, name, rest.strip()))
    return found


def test_the_image_installs_what_is_locked_and_runs_without_rights() -> None:
    found = steps()
    installs = [part for _, name, rest in found if name == "RUN" for part in rest.split("&&") if " install " in part]
    assert len(installs) == 3
    for part in installs:
        assert "--no-deps" in part
        locked_file = re.search(r"--require-hashes --no-deps -r deploy/(requirements|build)\.lock", part)
        assert locked_file or "--no-index /wheel" in part, part
    last = [step for step in found if step[0] == found[-1][0]]
    assert ("USER", "10001") in [step[1:] for step in last]
    assert any(name == "HEALTHCHECK" and rest.endswith('CMD ["cnn-loupe", "health"]') for _, name, rest in last)
    assert not any(re.search(r"apt|pip install|curl|wget", rest) for _, name, rest in last if name == "RUN")
    for _, name, rest in found:
        if name == "COPY" and not rest.startswith("--from"):
            for copied in rest.split()[:-1]:
                assert (ROOT / copied).exists(), copied


def test_the_image_needs_no_front_end_from_the_network_and_any_base_can_be_named() -> None:
    assert not re.search(r"^#\s*syntax\s*=", DOCKERFILE, re.MULTILINE)
    assert [step[1:] for step in steps()[:2]] == [
        ("ARG", "PYTHON=docker.io/library/python:3.13-slim"),
        ("ARG", "NODE=docker.io/library/node:22-slim"),
    ]
    assert [rest.split()[0] for _, name, rest in steps() if name == "FROM"] == ["${NODE}", "${PYTHON}", "${PYTHON}"]


def test_the_build_back_end_is_locked_with_hashes() -> None:
    lock = (ROOT / "deploy" / "build.lock").read_text("utf-8")
    entries = re.split(r"^(?=[a-z0-9.-]+==)", lock, flags=re.MULTILINE)[1:]
    assert {entry.split("==")[0] for entry in entries} >= {
        "hatchling",
        "packaging",
        "pathspec",
        "pluggy",
        "trove-classifiers",
    }
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in lock
    (least,) = re.findall(r"hatchling>=([\d.]+)", (ROOT / "pyproject.toml").read_text("utf-8").split("[project]")[0])
    assert numbers(re.findall(r"^hatchling==([\d.]+)", lock, re.MULTILINE)[0]) >= numbers(least)


def test_esbuild_comes_by_the_hashes_of_its_lock_alone() -> None:
    """Each package, its binaries for every system included, and no install script that might fetch another."""
    packages = json.loads((ROOT / ".ci" / "bundle" / "package-lock.json").read_text("utf-8"))["packages"]
    named = {name: entry for name, entry in packages.items() if name}
    assert "node_modules/@esbuild/linux-x64" in named
    assert all(entry["integrity"].startswith("sha512-") and "resolved" not in entry for entry in named.values())
    for name in ("Dockerfile", "hatch_build.py"):
        text = (ROOT / name).read_text("utf-8")
        assert "--ignore-scripts" in text
        assert len(re.findall(r"npm(\"?,)? \"?ci", text)) == 1


@pytest.mark.slow
def test_the_image_is_built_and_runs(capfd: pytest.CaptureFixture[str]) -> None:
    found = engine()
    if isinstance(found, str):
        pytest.skip(found)
    assert image.main() == 0
    said = capfd.readouterr().out
    for line in ("HEALTHCHECK passes", "the page and a run are answered", "no pip", "SIGTERM: ended within"):
        assert line in said


def documents(name: str) -> list[dict[str, Any]]:
    yaml = pytest.importorskip("yaml")
    return [found for found in yaml.safe_load_all((ROOT / name).read_text("utf-8")) if found]


def test_the_kubernetes_manifest_fits_the_published_schemas() -> None:
    validate = pytest.importorskip("kubernetes_validate")
    for found in documents("deploy/kubernetes.yaml"):
        validate.validate(found, validate.latest_version(), strict=True)


def test_the_kubernetes_manifest_grants_nothing_and_scales() -> None:
    found = {each["kind"]: each for each in documents("deploy/kubernetes.yaml")}
    pod = found["Deployment"]["spec"]["template"]
    container = pod["spec"]["containers"][0]
    labels = pod["metadata"]["labels"]
    assert pod["spec"]["automountServiceAccountToken"] is False
    assert pod["spec"]["securityContext"]["runAsNonRoot"] is True
    assert f"USER {pod['spec']['securityContext']['runAsUser']}" in DOCKERFILE
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
    }  # fmt: skip
    assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
    assert "memory" in container["resources"]["limits"]
    probes = {name: container[f"{name}Probe"]["httpGet"]["path"] for name in ("startup", "readiness", "liveness")}
    assert probes == {"startup": "/readyz", "readiness": "/readyz", "liveness": "/healthz"}
    assert found["Service"]["spec"]["selector"] == labels
    assert found["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]["name"] == found["Deployment"]["metadata"]["name"]
    assert found["NetworkPolicy"]["spec"]["egress"] == []
    assert found["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"] == labels
    assert found["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == labels
    # Draining and the pause before it must fit into what the cluster waits before it kills.
    pause = int(re.search(r"sleep\((\d+)\)", container["lifecycle"]["preStop"]["exec"]["command"][-1])[1])  # type: ignore[index]
    assert pause + 10 <= pod["spec"]["terminationGracePeriodSeconds"]


def test_names_that_kubernetes_writes_itself_do_not_matter() -> None:
    found = {each["kind"]: each for each in documents("deploy/kubernetes.yaml")}
    pod = found["Deployment"]["spec"]["template"]["spec"]
    assert pod["enableServiceLinks"] is False
    given = {entry["name"]: entry["value"] for entry in pod["containers"][0]["env"]}
    assert given["CNN_LOUPE_PORT"] == str(pod["containers"][0]["ports"][0]["containerPort"])
    assert given["CNN_LOUPE_HOST"] == "0.0.0.0"


def test_the_usual_ingress_lets_bodies_of_20_mb_through() -> None:
    found = {each["kind"]: each for each in documents("deploy/kubernetes.yaml")}
    annotations = found["Ingress"]["metadata"]["annotations"]
    assert annotations["nginx.ingress.kubernetes.io/proxy-body-size"] == "20m"
    assert "non_idempotent" not in str(annotations)
    (path,) = found["Ingress"]["spec"]["rules"][0]["http"]["paths"]
    assert path["backend"]["service"]["name"] == found["Service"]["metadata"]["name"]


FILES = (
    "deploy/kubernetes.yaml",
    "compose.yaml",
    "compose.local.yaml",
    "Dockerfile",
    "deploy/README.md",
    "docs/hosting.md",
)


def test_the_files_for_operators_set_only_settings_that_exist() -> None:
    # CNN_LOUPE_BUNDLE is read while the wheel is built, and by nothing afterwards.
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {PREFIX + "BUNDLE"}
    for name in FILES:
        used = set(re.findall(rf"{PREFIX}[A-Z_]+[A-Z]", Path(ROOT / name).read_text("utf-8")))
        assert used <= known, used - known


@pytest.mark.parametrize("name", ["compose.yaml", "compose.local.yaml"])
def test_the_compose_service_may_read_its_image_and_nothing_else(name: str) -> None:
    for service in documents(name)[0]["services"].values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
        assert {"cpus", "memory", "pids"} <= service["deploy"]["resources"]["limits"].keys()
    own = documents(name)[0]["services"]["cnn-loupe"]
    assert own["healthcheck"]["test"] == ["CMD", "cnn-loupe", "health"]
    assert "volumes" not in own


def test_nobody_reaches_the_server_but_the_proxy_that_compose_brings() -> None:
    found = documents("compose.yaml")[0]
    own, proxy = found["services"]["cnn-loupe"], found["services"]["nginx"]
    assert "ports" not in own
    assert own["networks"] == ["inside"]
    assert found["networks"]["inside"]["internal"] is True
    assert own["environment"]["CNN_LOUPE_TRUSTED_PROXIES"] == "*"
    assert "./deploy/nginx.conf:/etc/nginx/nginx.conf:ro" in proxy["volumes"]
    assert proxy["user"] != "0"
    conf = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
    ports = [entry.split(":")[1] for entry in proxy["ports"]]
    assert [f"listen {port};" in conf for port in ports] == [True] * len(ports)


# Megabytes of a worker at its worst, as docs/hosting.md has them under "Memory": at rest, the costliest picture, and
# all bodies that may be in hand.
AT_REST, PICTURE = 90, 200


def mega(text: str) -> float:
    number, unit = re.fullmatch(r"(\d+)(M|G|Mi|Gi)", text).groups()  # type: ignore[union-attr]
    return int(number) * (1024 if unit.startswith("G") else 1) * 1.048576


def test_memory_limits_fit_the_workers_at_their_worst() -> None:
    worst = AT_REST + PICTURE + Settings().max_pending_bytes / 1e6
    for name in ("compose.yaml", "compose.local.yaml"):
        service = documents(name)[0]["services"]["cnn-loupe"]
        workers = int(service["environment"]["CNN_LOUPE_WORKERS"])
        assert mega(service["deploy"]["resources"]["limits"]["memory"]) >= workers * worst + AT_REST
    (container,) = next(
        each["spec"]["template"]["spec"]["containers"]
        for each in documents("deploy/kubernetes.yaml")
        if each["kind"] == "Deployment"
    )
    assert mega(container["resources"]["limits"]["memory"]) >= worst


def test_only_continuous_integration_installs_system_packages(tmp_path: Path) -> None:
    installing = [
        path.name
        for path in (ROOT / ".ci").iterdir()
        if path.is_file() and "apt-get install" in path.read_text("utf-8")
    ]
    assert installing == ["system"]
    assert "apt-get" not in (ROOT / "Makefile").read_text("utf-8")
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    done = subprocess.run([ROOT / ".ci" / "system"], env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert "only .ci/run installs system packages" in done.stderr


def test_a_python_that_does_not_work_is_refused_and_not_replaced(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHON": "/nonexistent"}
    done = subprocess.run(
        [ROOT / ".ci" / "environment", tmp_path / "venv"], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "PYTHON=/nonexistent is no Python 3.11 or newer" in done.stderr
    assert not (tmp_path / "venv").exists()
