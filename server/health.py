"""`cnn-loupe health`: does the server of these settings answer, and is it ready? For containers and their
orchestrators.
"""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request

from cnn_loupe.engine.commands.console import note, say
from cnn_loupe.server.settings import Settings

TIMEOUT = 3.0  # seconds; a little less than what orchestrators give a check
LOCAL = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def health(settings: Settings) -> int:
    """Ask /readyz on the host and port of the settings; 0 where it is ready, 1 where it is not.

    Never through a proxy: containers inherit `http_proxy` from their operators, and the server is right here.
    """
    if not settings.port:
        note("The port is 0, which takes a free one that only the server knows: give the server a port of its own.")
        return 1
    address = f"http://{_host(settings.host)}:{settings.port}/readyz"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=TIMEOUT) as answer:
            say(f"ready: {address}")
            return 0 if answer.status == 200 else 1
    except urllib.error.HTTPError as error:
        note(f"{address}: {error.code} {_detail(error)}")
    except (OSError, http.client.HTTPException) as error:
        note(f"{address} does not answer: {getattr(error, 'reason', error)}")
    return 1


def _host(host: str) -> str:
    host = LOCAL.get(host, host)
    return f"[{host}]" if ":" in host else host


def _detail(error: urllib.error.HTTPError) -> str:
    """What the server says of it."""
    try:
        return str(json.loads(error.read(100_000))["detail"])
    except (ValueError, KeyError, TypeError, OSError):
        return error.reason
