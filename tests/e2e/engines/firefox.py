"""Firefox, driven by puppeteer over WebDriver BiDi in a Node process of its own (tests/web/support/firefox.mjs)."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.e2e.engines.window import Window, needed
from tests.web.tools import HERE, installed_tools


class Process:
    """One Firefox for many windows: it takes seconds to start, a window in it with a fresh profile takes none."""

    def __init__(self, reduced_motion: bool = False) -> None:
        path = needed(shutil.which("firefox-esr") or shutil.which("firefox"), "Firefox")
        node = needed(shutil.which("node"), "Node")
        installed_tools()
        preferences = {"ui.prefersReducedMotion": int(reduced_motion)}
        self._process = subprocess.Popen(
            [node, str(HERE / "support/firefox.mjs"), path, json.dumps(preferences)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.windows = 0
        self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"the process that drives Firefox ended with {self._process.wait()}"
        answer = json.loads(line)
        assert "error" not in answer, answer["error"]
        return answer.get("value")

    def do(self, window: int, command: str, **options: Any) -> Any:
        """One command to a window."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"window": window, "command": command, **options}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()  # the end of its commands is the end of the process
        self._process.wait(timeout=30)
        self._process.stdout.close()


class Firefox(Window):
    engine = "firefox"

    def __init__(self, process: Process, base: str, ratio: float = 1) -> None:
        self.base, self.ratio = base, ratio
        self._process = process
        process.windows += 1
        self._number = process.windows
        self._do("open")
        self.size(1440, 900)

    def _do(self, command: str, **options: Any) -> Any:
        return self._process.do(self._number, command, **options)

    def size(self, width: int, height: int) -> None:
        self._do("size", width=width, height=height, ratio=self.ratio)

    def visit(self, address: str) -> None:
        self._do("go", address=self.base + address)

    def run(self, script: str, *arguments: Any) -> Any:
        return self._do("run", script=script, values=arguments)

    def move(self, x: float, y: float) -> None:
        self._do("move", x=x, y=y)

    def press(self) -> None:
        self._do("press")

    def release(self) -> None:
        self._do("release")

    def key(self, name: str) -> None:
        self._do("key", name=name)

    def back(self) -> None:
        self._do("back")

    def follow(self, selector: str) -> None:
        self._do("follow", **dict(zip("xy", self.place(selector), strict=True)))

    def reload(self) -> None:
        self._do("reload")

    def upload(self, selector: str, file: Path) -> None:
        self._do("upload", selector=selector, file=str(file))

    def shot(self, file: Path) -> None:
        self._do("shot", file=str(file))

    def complaints(self) -> list[str]:
        return [str(line) for line in self._do("complaints")]

    def close(self) -> None:
        self._do("close")
