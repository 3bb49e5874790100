"""What is installed is what is declared: the lock, the notices, the Dockerfile, and what orchestrators are told."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.packaging import image

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


def test_the_image_installs_what_is_locked_and_runs_without_rights() -> None:
    found = list(image.steps(DOCKERFILE))
    runs = [step.rest for step in found if step.name == "RUN"]
    assert "--require-hashes --no-deps -r deploy/requirements.lock" in runs[0]
    assert all("--no-deps" in part for part in re.split("&&", runs[0]) if " install " in part)
    last = [step for step in found if step.stage == max(step.stage for step in found)]
    assert any(step.name == "USER" and step.rest.isdecimal() and int(step.rest) > 0 for step in last)
    assert any(step.name == "HEALTHCHECK" and "/readyz" in step.rest for step in last)
    assert not any(re.search(r"apt|pip install|curl|wget", step.rest) for step in last if step.name == "RUN")
    for step in found:
        if step.name == "COPY" and not step.rest.startswith("--from"):
            for name in step.rest.split()[:-1]:
                assert (ROOT / name).exists(), name


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the image is a Linux one")
def test_the_dockerfiles_steps_give_a_small_image_without_build_tools() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.packaging.image"], cwd=ROOT, capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "HEALTHCHECK passes" in done.stdout


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


def test_the_manifest_and_the_compose_file_set_only_settings_that_exist() -> None:
    from cnn_loupe.server.settings import PREFIX, Settings

    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for name in ("deploy/kubernetes.yaml", "compose.yaml", "Dockerfile", "deploy/README.md", "docs/hosting.md"):
        used = set(re.findall(rf"{PREFIX}[A-Z_]+[A-Z]", Path(ROOT / name).read_text("utf-8")))
        assert used <= known, used - known


def test_the_compose_service_may_read_its_image_and_nothing_else() -> None:
    (service,) = documents("compose.yaml")[0]["services"].values()
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert {"cpus", "memory", "pids"} <= service["deploy"]["resources"]["limits"].keys()
    assert service["ports"][0].startswith("127.0.0.1:")
    assert service["healthcheck"]["test"][0] == "CMD"
    assert "/readyz" in service["healthcheck"]["test"][-1]
    assert "volumes" not in service
