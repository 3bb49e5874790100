"""What a browser may do with an answer: the headers of security, by address."""

from __future__ import annotations

from cnn_loupe.server.settings import Settings

# Where the page that makes snippets is; what they show is below it.
BUILDER = "/embed"


def content_policy(settings: Settings, ancestors: str | None = None, frames: str = "") -> str:
    """What pages of this server may load: from itself and nowhere else, and nothing inline.

    `ancestors` says who may show the page in a frame, as the setting does where it is left out;
    `frames` what the page itself may show in frames, which is nothing unless it is said.
    """
    pictures = " https:" if settings.picture_by_address else ""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self' data: blob:{pictures}",
            f"connect-src 'self'{pictures}",
            "font-src 'self'",
            "media-src 'self' blob:",
            "worker-src 'self'",
            "manifest-src 'self'",
            *((f"frame-src {frames}",) if frames else ()),
            "base-uri 'none'",
            "form-action 'self'",
            f"frame-ancestors {ancestors or settings.frame_ancestors}",
        )
    )


def fixed_headers(settings: Settings, **changed: str) -> list[tuple[bytes, bytes]]:
    """The headers of every answer; `changed` ones by their names with _ for -."""
    shared = "cross-origin" if settings.cors_origins else "same-origin"
    headers = {
        "Content-Security-Policy": content_policy(settings),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), clipboard-write=(self), fullscreen=(self), geolocation=(), "
        "microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": shared,
    }
    headers |= {name.replace("_", "-"): value for name, value in changed.items()}
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


def embed_headers(settings: Settings) -> list[tuple[bytes, bytes]]:
    """The headers below /embed/, which other sites may show in frames, isolated ones (COEP) among them."""
    return fixed_headers(
        settings,
        Content_Security_Policy=content_policy(settings, " ".join(embed_ancestors(settings))),
        Cross_Origin_Resource_Policy="cross-origin",
        Cross_Origin_Embedder_Policy="require-corp",
    )


def embed_ancestors(settings: Settings) -> tuple[str, ...]:
    """The sources that may show embeds: this server, those that may show the whole page, and the embeds' own list."""
    whole = (source for source in settings.frame_ancestors.split() if source not in ("'none'", "'self'"))
    return tuple(dict.fromkeys(("'self'", *whole, *settings.embed_origins)))


class AnswerHeaders:
    """The headers of security of each address; made once, since they depend on the settings alone."""

    def __init__(self, settings: Settings) -> None:
        self._usual = fixed_headers(settings)
        self._embeds = embed_headers(settings)
        self._builder = fixed_headers(settings, Content_Security_Policy=content_policy(settings, frames="'self'"))

    def of(self, path: str, given: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """What is added to an answer at `path` that has the headers `given`, which an embed's answer may override."""
        if path == BUILDER:
            return self._builder
        if not path.startswith(BUILDER + "/"):
            return self._usual
        names = {name for name, _ in given}
        return [header for header in self._embeds if header[0] not in names]
