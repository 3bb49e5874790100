"""What stands in the environment: read in any case, passed over with a note where a platform wrote it or nobody knows
it.
"""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from cnn_loupe.server.cli import main
from cnn_loupe.server.environment import remarks
from cnn_loupe.server.settings import Settings

# What the kubelet writes into every pod of a namespace with Services cnn-loupe and cnn-loupe-metrics.
KUBERNETES = {
    "CNN_LOUPE_SERVICE_HOST": "10.96.0.12",
    "CNN_LOUPE_SERVICE_PORT": "80",
    "CNN_LOUPE_SERVICE_PORT_HTTP": "80",
    "CNN_LOUPE_PORT": "tcp://10.96.0.12:80",
    "CNN_LOUPE_PORT_80_TCP": "tcp://10.96.0.12:80",
    "CNN_LOUPE_PORT_80_TCP_PROTO": "tcp",
    "CNN_LOUPE_PORT_80_TCP_PORT": "80",
    "CNN_LOUPE_PORT_80_TCP_ADDR": "10.96.0.12",
    "CNN_LOUPE_METRICS_SERVICE_HOST": "10.96.0.13",
    "CNN_LOUPE_METRICS_SERVICE_PORT": "9100",
    "CNN_LOUPE_METRICS_PORT": "tcp://10.96.0.13:9100",
    "CNN_LOUPE_METRICS_PORT_9100_TCP": "tcp://10.96.0.13:9100",
}
DOCKER = {
    "CNN_LOUPE_NAME": "/web/cnn_loupe",
    "CNN_LOUPE_ENV_PATH": "/usr/bin",
    "CNN_LOUPE_PORT": "tcp://172.17.0.5:8000",
}


@pytest.mark.parametrize("written", [KUBERNETES, DOCKER])
def test_names_that_a_platform_writes_change_no_setting(
    written: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in written.items():
        monkeypatch.setenv(name, value)
    assert Settings() == Settings.model_construct()
    said = list(remarks(Settings.model_fields, written))
    addresses = [name for name in written if name.removeprefix("CNN_LOUPE_").lower() in Settings.model_fields]
    assert [line.split("=")[0] for line in said] == sorted(addresses)
    assert all("is passed over" in line for line in said)


@pytest.mark.parametrize("command", ["serve", "doctor", "health"])
def test_every_command_notes_what_is_passed_over(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CNN_LOUPE_PORT", "tcp://10.96.0.12:80")
    monkeypatch.setenv("CNN_LOUPE_WORKER", "3")
    monkeypatch.setenv("CNN_LOUPE_LOG_LEVEL", "loud")  # so that none of them goes on
    assert main([command]) == 2
    said = capsys.readouterr().err
    assert "note: CNN_LOUPE_PORT=tcp://10.96.0.12:80 is passed over" in said
    assert "note: CNN_LOUPE_WORKER is passed over: there is no such setting; CNN_LOUPE_WORKERS is one" in said
    assert (
        "--log-level (CNN_LOUPE_LOG_LEVEL): Input should be 'debug', 'info', 'warning' or 'error', not 'loud'" in said
    )


def test_ones_own_value_beside_the_platforms_names_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**KUBERNETES, "CNN_LOUPE_PORT": "8000 ", "cnn_loupe_workers": "2"}.items():
        monkeypatch.setenv(name, value)
    assert (Settings().port, Settings().workers) == (8000, 2)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("log_level", "INFO", "info"),
        ("log_format", "JSON", "json"),
        ("language", "zh-hans", "zh-Hans"),
        ("root_path", "learn/cnn/", "/learn/cnn"),
        ("allowed_hosts", "a.example, *.b.example,192.168.1.5,[::1]", ("a.example", "*.b.example", "192.168.1.5",
            "[::1]")),
        ("trusted_proxies", "10.0.0.5, 10.0.0.0/8,::1", "10.0.0.5, 10.0.0.0/8,::1"),
        ("trusted_proxies", "10.0.0.5,*", "*"),
        ("cors_origins", "HTTPS://A.example:443,http://localhost:8888,http://[::1]:80", ("https://a.example",
            "http://localhost:8888", "http://[::1]")),
        ("cors_origins", "*", ("*",)),
        ("embed_origins", "vscode-webview:,vscode-file:,https://*.example.org:*", ("vscode-webview:", "vscode-file:",
            "https://*.example.org:*")),
    ],
)  # fmt: skip
def test_what_can_only_mean_one_thing_is_taken(
    name: str, value: str, shown: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"CNN_LOUPE_{name.upper()}", value)
    assert getattr(Settings(), name) == shown


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("cors_origins", "http://localhost:8888/", "'http://localhost:8888/' can never match: write scheme, name and "
                                                   "port"),
        ("cors_origins", "localhost:8888", "can never match"),
        ("cors_origins", "https://*.example.org", "can never match"),
        ("cors_origins", "http://localhost:*", "can never match"),
        ("allowed_hosts", "https://example.org", "write the name alone, without scheme, port and path"),
        ("allowed_hosts", "example.org:8000", "write the name alone"),
        ("allowed_hosts", "example.org/", "write the name alone"),
        ("allowed_hosts", "", "every request would be refused; write * for any name"),
        ("trusted_proxies", "nginx", "names are not looked up"),
        ("trusted_proxies", "10.0.0.1/8", "first address"),
        ("root_path", "https://x.org/a", "without scheme and name"),
        ("root_path", "/a//b", "is a path such as /learn/cnn"),
        ("root_path", "/a/../b", "is a path such as /learn/cnn"),
        ("embed_origins", "http://[::1]:8888", "is not an origin"),
        ("max_pixels", "999999999999", "less than or equal to 200000000"),
        ("max_pending_bytes", "2000000", "choose 20000000 or more"),
        ("metrics_port", "8000", "takes the page's own port, 8000"),
        ("port", "", "unable to parse"),
        ("workers", "0", "greater than or equal to 1"),
        ("open", "perhaps", "unable to interpret"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_work_is_refused_with_the_remedy(
    name: str, value: str, remedy: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(f"CNN_LOUPE_{name.upper()}", value)
    with pytest.raises(ValidationError):
        Settings()
    for command in ("serve", "doctor"):
        assert main([command]) == 2
        said = capsys.readouterr().err
        assert said.startswith(f"--{name.replace('_', '-')} (CNN_LOUPE_{name.upper()}): ")
        assert remedy in said
        assert "Value error" not in said
