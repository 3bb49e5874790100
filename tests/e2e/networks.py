"""A person's own networks in a browser: files that are dropped, and what is waited for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.conftest import READY

PANEL = "loupe-own"

# The files go through an input, which hands them over as they are, and on from there as the drop of a pointer.
_INPUT = """() => document.body.append(Object.assign(document.createElement("input"),
  { type: "file", multiple: true, id: "test-drop", ariaLabel: "test" }))"""
_DROP = """([kind]) => {
  const input = document.getElementById("test-drop");
  const transfer = new DataTransfer();
  for (const file of input.files) transfer.items.add(file);
  input.remove();
  if (kind === "paste")
    document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }));
  else
    document.querySelector("main").dispatchEvent(
      new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""


def give(page: Page, files: Iterable[Path], way: str = "drop") -> None:
    """Drop the files on the page, or paste them."""
    page.evaluate(_INPUT)
    page.set_input_files("#test-drop", [str(file) for file in files])
    page.evaluate(_DROP, [way])


def drop_by_hand(page: Page, paths: Iterable[Path], hover: int = 300) -> None:
    """Drag files or folders over the page, wait a moment as a hand does, and let go: by the browser's own events."""
    devtools = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        devtools.send("Input.dispatchDragEvent", {"type": kind, "x": 400, "y": 300, "data": data})
        if kind == "dragEnter":
            page.wait_for_timeout(hover)


def written(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """The files in a folder."""
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return [folder / name for name in files]


def wait_until_open(page: Page) -> None:
    """What the network is stands there, and it is drawn."""
    expect(page.locator(f"{PANEL}[data-stage=open]:not([data-busy])")).to_have_count(1)
    page.wait_for_selector(READY, state="attached")
