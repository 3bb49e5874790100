"""Every setting of the server: one class, read from the environment and from flags.

`CNN_LOUPE_PORT=9000 cnn-loupe serve` and `cnn-loupe serve --port 9000` are the same. docs/hosting.md
carries the table that `settings_table()` makes of this class; a test keeps the two equal.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from cnn_loupe.server import rules
from cnn_loupe.server.environment import PREFIX, OwnEnvironment
from cnn_loupe.server.paths import READY_LESSONS

__all__ = ["PREFIX", "Settings", "settings_table"]

READY = "ready"  # among the folders with lessons: those that come with the server


class Settings(BaseSettings):
    """How this server runs. Nothing here is needed to try it out."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for every network interface.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    workers: int = Field(1, ge=1, le=64, description="Processes that answer requests.")
    root_path: str = Field("", description="Path under which a proxy publishes the server, such as /learn/cnn.")
    open: bool = Field(False, description="Open the page in a browser once the server runs.")

    models: Annotated[tuple[Path, ...], NoDecode] = Field(
        (), description="Folders with more models, separated like PATH; broken ones are reported and skipped."
    )
    lessons: Annotated[tuple[Path, ...], NoDecode] = Field(
        (),
        description="Folders with lessons, separated like PATH; mistakes in them are reported and skipped. `ready` "
        "stands for the six lessons that come with the server.",
    )
    default_model: str = Field("tiny-vgg", description="Model shown first.")
    language: Literal["en", "zh-Hans"] = Field(
        "en", description="Language for people whose browser prefers none of the page's."
    )

    threads: int = Field(2, ge=1, le=64, description="Computations at once in each worker.")
    queue: int = Field(
        128, ge=0, le=10_000, description="Requests that may wait for a thread in each worker; past it 503."
    )
    max_upload_bytes: int = Field(20_000_000, ge=1_000, le=100_000_000, description="Largest request body.")
    max_pending_bytes: int = Field(
        128_000_000,
        ge=1_000_000,
        le=100_000_000_000,
        description="Bytes of request bodies held at once in each worker; past it 503.",
    )
    max_pixels: int = Field(
        16_000_000,
        ge=10_000,
        le=200_000_000,
        description="Most pixels of a picture; WebP and JPEG have limits of their own as well.",
    )

    own_models: Literal["auto", "on", "off"] = Field(
        "auto",
        description="Whether people may bring models of their own; auto is on where only this machine can ask: `host` "
        "is of the loopback, and `allowed_hosts`, `root_path` and `trusted_proxies` are left as they are.",
    )
    max_model_bytes: int = Field(
        64_000_000,
        ge=10_000,
        le=512_000_000,
        description="Largest model of a person's own, all its files together.",
    )
    own_cache_bytes: int = Field(
        256_000_000,
        ge=1_000_000,
        le=100_000_000_000,
        description="Bytes of people's own models held in each worker; past it the one not used for longest goes.",
    )
    max_activations: int = Field(
        64_000_000, ge=1_000, le=64_000_000, description="Most values in one run of a person's own model."
    )
    max_multiply_adds: int = Field(
        10_000_000_000,
        ge=1_000,
        le=10_000_000_000,
        description="Most multiply-adds in one run of a person's own model.",
    )

    request_timeout: float = Field(20, gt=0, le=600, description="Seconds in which a request must have arrived whole.")
    response_timeout: float = Field(
        60,
        gt=0,
        le=600,
        description="Seconds after which a client that takes nothing of its answer is dropped (Linux).",
    )
    keep_alive: float = Field(15, gt=0, le=600, description="Seconds an idle connection stays open.")
    drain_seconds: int = Field(8, ge=0, le=120, description="Seconds that running requests get after SIGTERM.")

    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        ("*",), description="Names the server answers to, by comma; *.example.org matches subdomains."
    )
    trusted_proxies: str = Field(
        "127.0.0.1",
        description="Addresses whose X-Forwarded-For and -Proto are believed, by comma; * for all.",
    )
    frame_ancestors: str = Field(
        "'self'",
        description="Who may show the page in a frame, as in Content-Security-Policy's frame-ancestors.",
    )
    embed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Other sites that may show embeds (/embed/…), by comma, such as https://moodle.example.org "
        "or https://*.example.org; * for all.",
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Other sites whose scripts may call the API, by comma; none by default."
    )
    picture_by_address: bool = Field(
        False, description="Let the browser fetch pictures from https addresses; loosens the content policy."
    )

    log_format: Literal["human", "json"] = Field("human", description="Form of the log on standard output.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level logged.")
    metrics_port: int = Field(
        0, ge=0, le=65535, description="Port for Prometheus metrics (needs the `metrics` extra); 0 is off."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, OwnEnvironment(settings_cls)

    @field_validator("max_pending_bytes")
    @classmethod
    def _room_for_one_body(cls, value: int, info: ValidationInfo) -> int:
        largest = info.data.get("max_upload_bytes", 0)
        if value < largest:
            raise ValueError(
                f"is less than one body of max_upload_bytes ({largest}), which would always be refused; "
                f"choose {largest} or more"
            )
        return value

    @field_validator("own_models", mode="before")
    @classmethod
    def _switch(cls, value: Any) -> Any:
        return rules.switch(value)

    @property
    def own_models_on(self) -> bool:
        """Whether people may bring models: as it is set, or by itself where only this machine can ask."""
        if self.own_models != "auto":
            return self.own_models == "on"
        untouched = all(
            getattr(self, name) == type(self).model_fields[name].default
            for name in ("allowed_hosts", "root_path", "trusted_proxies")
        )
        return untouched and rules.is_loopback(self.host)

    @property
    def largest_model(self) -> int:
        """The largest model whose body there is room for."""
        return min(self.max_model_bytes, self.max_pending_bytes)

    @property
    def largest_body(self) -> int:
        """The largest body of any request."""
        return max(self.max_upload_bytes, self.largest_model if self.own_models_on else 0)

    @field_validator("host")
    @classmethod
    def _said_which_host(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("is empty: write 127.0.0.1 for this machine alone, 0.0.0.0 for every network interface")
        return value.strip()

    @field_validator("metrics_port")
    @classmethod
    def _port_for_each_worker(cls, value: int, info: ValidationInfo) -> int:
        workers, port = info.data.get("workers", 1), info.data.get("port", 0)
        if value and value + workers - 1 > 65535:
            raise ValueError(
                f"leaves no port for each of {workers} workers, which count from it; choose {65536 - workers} or less"
            )
        if value and value <= port < value + workers:
            raise ValueError(f"takes the page's own port, {port}, for one of {workers} workers; choose another")
        return value

    @field_validator("log_format", "log_level", mode="before")
    @classmethod
    def _in_any_case(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value

    @field_validator("language", mode="before")
    @classmethod
    def _language_in_any_case(cls, value: Any) -> Any:
        known = {"en": "en", "zh-hans": "zh-Hans"}
        return known.get(value.lower(), value) if isinstance(value, str) else value

    @field_validator("models", "lessons", mode="before")
    @classmethod
    def _split_folders(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, str):
            ready = {READY: READY_LESSONS} if info.field_name == "lessons" else {}
            return tuple(ready.get(part, part) for part in value.split(os.pathsep) if part)
        return value

    @field_validator("allowed_hosts", "cors_origins", "embed_origins", mode="before")
    @classmethod
    def _split_names(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("root_path")
    @classmethod
    def _normalise_root(cls, value: str) -> str:
        return rules.root_path(value)

    @field_validator("allowed_hosts")
    @classmethod
    def _host_names_alone(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return rules.allowed_hosts(value)

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses_alone(cls, value: str) -> str:
        return rules.trusted_proxies(value)

    @field_validator("frame_ancestors")
    @classmethod
    def _one_directive(cls, value: str) -> str:
        return rules.frame_ancestors(value)

    @field_validator("embed_origins")
    @classmethod
    def _framing_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return rules.embed_origins(value)

    @field_validator("cors_origins")
    @classmethod
    def _calling_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return rules.cors_origins(value)

    @classmethod
    def chosen(cls, flags: Mapping[str, Any]) -> Settings:
        """Settings from flags; what they leave out comes from the environment and the defaults."""
        return cls(**flags)

    def environment(self) -> dict[str, str]:
        """These settings as environment variables, for workers, which read them anew.

        All of them: a flag with the default's value outranks a variable with another.
        """
        return {PREFIX + name.upper(): _as_text(name, getattr(self, name)) for name in type(self).model_fields}


def _as_text(name: str, value: Any) -> str:
    if isinstance(value, tuple):
        return (os.pathsep if name in ("models", "lessons") else ",").join(str(part) for part in value)
    return str(value)


def settings_table() -> str:
    """The table of docs/hosting.md: every variable, flag, default and meaning."""
    lines = ["| variable | flag | default | meaning |", "|---|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = _as_text(name, field.default)
        flag = f"--{name.replace('_', '-')}"
        shown = f"`{default}`" if default else "none"
        lines.append(f"| `{PREFIX}{name.upper()}` | `{flag}` | {shown} | {field.description} |")
    return "\n".join(lines) + "\n"
