"""WebKitGTK's MiniBrowser, driven over WebDriver (W3C) by WebKitWebDriver on a display of its own.

The engine of Safari, of every browser on iPhone and iPad, and of GNOME Web. WebDriver has no log of the console, so
a script listens from before the page's first module runs.
"""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from tests.conftest import free_port
from tests.e2e.engines.window import PATIENCE, Window, needed

SOON = 4.0  # seconds within which a document that is there answers
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key of an element's reference, as the standard has it
# Keys that are no characters, as the standard numbers them.
KEYS = {
    "Escape": "\ue00c", "Enter": "\ue007", "Tab": "\ue004", "ArrowLeft": "\ue012", "ArrowUp": "\ue013",
    "ArrowRight": "\ue014", "ArrowDown": "\ue015", "Home": "\ue011", "End": "\ue010",
}  # fmt: skip

# Says whether it listens from the beginning, before the page's own elements are defined; null while there is no
# document yet.
LISTEN = """
  if (location.href === "about:blank" || window.leaving) return null;
  if (window.complaints) return true;
  if (customElements.get("loupe-network")) return false;
  const heard = (window.complaints = []);
  for (const kind of ["error", "warn"]) {
    const say = console[kind];
    console[kind] = (...parts) => { heard.push(`${kind}: ${parts.join(" ")}`); say.apply(console, parts); };
  }
  addEventListener("error", (event) => {
    const { target } = event;
    // Sizes that are to be told of in the next frame: every engine reports it as an event, none in its console.
    if (event.message?.startsWith("ResizeObserver loop")) return;
    heard.push(target instanceof Element ?
        `not loaded: ${target.src ?? target.href}` : `${event.message}\\n${event.error?.stack}`);
  }, true);
  addEventListener("unhandledrejection", ({ reason }) =>
      heard.push(`unhandled rejection: ${reason}\\n${reason?.stack}`));
  addEventListener("securitypolicyviolation", (event) =>
      heard.push(`refused by the page's policy: ${event.violatedDirective} ${event.blockedURI}`));
  return true;
"""


# What WebKitWebDriver says of a script or a command whose browser ended before it answered.
ENDED = {"", "Could not parse script result"}


class BrowserEnded(RuntimeError):
    """The browser is not there any more: no fault of the page that it could show, so the test begins anew, once."""


def minibrowser() -> str | None:
    """Debian keeps it beside the library, Fedora and Arch in libexec."""
    places = ("lib/*/webkit2gtk-4.*/MiniBrowser", "libexec/webkit2gtk-4.*/MiniBrowser")
    found = [str(path) for pattern in places for path in sorted(Path("/usr").glob(pattern))]
    return found[-1] if found else None


class WebKit(Window):
    engine = "webkit"

    def __init__(self, base: str, ratio: int = 1, reduced_motion: bool = False) -> None:
        browser = needed(minibrowser(), "WebKitGTK's MiniBrowser")
        driver = needed(shutil.which("WebKitWebDriver"), "WebKitWebDriver")
        display = needed(shutil.which("Xvfb"), "Xvfb")
        self.base = base
        self.heard: list[str] = []
        self.display = subprocess.Popen(
            [display, "-displayfd", "1", "-screen", "0", "3200x2400x24", "-nolisten", "tcp"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.display.stdout is not None
        number = self.display.stdout.readline().strip()
        environment = os.environ | {
            "DISPLAY": f":{number}",
            "GDK_BACKEND": "x11",
            "GDK_SCALE": str(ratio),
            "LC_ALL": "C.UTF-8",
        }
        # WebKitGTK asks the desktop's settings whether motion is reduced.
        self.settings = tempfile.TemporaryDirectory()
        folder = Path(self.settings.name, "gtk-3.0")
        folder.mkdir()
        folder.joinpath("settings.ini").write_text(
            f"[Settings]\ngtk-enable-animations={int(not reduced_motion)}\n", "utf-8"
        )
        environment["XDG_CONFIG_HOME"] = self.settings.name
        port = free_port()
        self.driver = subprocess.Popen(
            [driver, f"--port={port}"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE)
        options = {"binary": browser, "args": ["--automation"]}
        # The page is listened to while it loads, so a command must not wait until it has.
        capabilities = {"alwaysMatch": {"pageLoadStrategy": "none", "webkitgtk:browserOptions": options}}
        self.session = ""
        self._wait_for_driver()
        self.session = self._send("POST", "/session", capabilities=capabilities)["sessionId"]
        self.size(1440, 900)

    def _wait_for_driver(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.client.get("/status")
                return
            except httpx.TransportError:
                assert self.driver.poll() is None, "WebKitWebDriver has ended"
                assert time.monotonic() < deadline, "WebKitWebDriver does not answer"
                time.sleep(0.05)

    def _send(self, method: str, path: str, patience: float = PATIENCE, **body: Any) -> Any:
        """One command of the protocol; its value, or the browser's own words on why there is none."""
        where = path if path == "/session" else f"/session/{self.session}{path}"
        sent = body if method == "POST" else None
        value = self.client.request(method, where, json=sent, timeout=patience).json()["value"]
        if isinstance(value, dict) and "error" in value:
            error, message = value["error"], value.get("message") or ""
            if error == "unknown error" and message in ENDED:
                raise BrowserEnded(f"{method} {path}: {message or 'no answer'}")
            raise AssertionError(f"{error}: {message}")
        return value

    def size(self, width: int, height: int) -> None:
        # The window has a frame and a toolbar, which leave less than what is asked for.
        self._send("POST", "/window/rect", width=width, height=height)
        self._inner(width, None)
        frame = height - self.run("return innerHeight")
        self._send("POST", "/window/rect", width=width, height=height + frame)
        self._inner(width, height)

    def _inner(self, width: int, height: int | None) -> None:
        self.until(
            "return innerWidth === arguments[0] && (arguments[1] === null || innerHeight === arguments[1])",
            f"a page of {width}×{height}",
            width,
            height,
        )

    def visit(self, address: str) -> None:
        self._leave(lambda: self._send("POST", "/url", url=self.base + address))

    def reload(self) -> None:
        self._leave(lambda: self._send("POST", "/refresh"))

    def follow(self, selector: str) -> None:
        self.heard += self._heard()
        before = self._send("GET", "/url")
        self.run("window.leaving = true")  # the address changes before the document does
        self.click(selector)
        # A script that is sent to a document on its way out is never answered.
        while self._send("GET", "/url") == before:
            time.sleep(0.02)
        if not self._listens():
            self.reload()

    def _leave(self, go: Any) -> None:
        """Go to another document and listen to it before any of its modules has run; again where that was too late."""
        self.heard += self._heard()
        for _ in range(5):
            self.run("window.leaving = true")
            go()
            if self._listens():
                return
        raise AssertionError("the page was always faster than who wanted to listen")

    def _listens(self) -> bool:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                listening = self._send("POST", "/execute/sync", SOON, script=LISTEN, args=[])
            except httpx.ReadTimeout:  # a script that finds a document on its way out is never answered
                continue
            except AssertionError as gone:
                if "no such frame" not in str(gone):  # the old document went while it was asked
                    raise
            else:
                if listening is not None:
                    return bool(listening)
        raise AssertionError("no document came that could be listened to")

    def _heard(self) -> list[str]:
        return [str(line) for line in self.run("return window.complaints ?? []")]

    def complaints(self) -> list[str]:
        return self.heard + self._heard()

    def run(self, script: str, *arguments: Any) -> Any:
        return self._send("POST", "/execute/sync", script=script, args=arguments)

    def _pointer(self, *actions: dict[str, Any]) -> None:
        source = {"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": actions}
        self._send("POST", "/actions", actions=[source])

    def move(self, x: float, y: float) -> None:
        self._pointer({"type": "pointerMove", "x": round(x), "y": round(y), "origin": "viewport", "duration": 0})

    def press(self) -> None:
        self._pointer({"type": "pointerDown", "button": 0})

    def release(self) -> None:
        self._pointer({"type": "pointerUp", "button": 0})

    def key(self, name: str) -> None:
        value = KEYS.get(name, name)
        actions = [{"type": kind, "value": value} for kind in ("keyDown", "keyUp")]
        self._send("POST", "/actions", actions=[{"type": "key", "id": "keyboard", "actions": actions}])

    def back(self) -> None:
        self._send("POST", "/back")

    def upload(self, selector: str, file: Path) -> None:
        element = self._send("POST", "/element", using="css selector", value=selector)[ELEMENT]
        self._send("POST", f"/element/{element}/value", text=str(file))

    def shot(self, file: Path) -> None:
        file.write_bytes(base64.b64decode(self._send("GET", "/screenshot")))

    def close(self) -> None:
        try:
            if self.session:
                self._send("DELETE", "")
        finally:
            self.client.close()
            for process in (self.driver, self.display):
                process.terminate()
                process.wait(timeout=15)
            self.settings.cleanup()
            assert self.display.stdout is not None
            self.display.stdout.close()
