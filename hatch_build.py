"""Puts the page into the wheel: as a bundle by esbuild where Node is at hand, else as the plain modules of a checkout.

Both are the same page; the bundle is loaded sooner. A bundle that was made elsewhere is taken from the folder that
CNN_LOUPE_BUNDLE names (the image does so).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SITE = "cnn_loupe/server/_site/static"


class Page(BuildHookInterface[Any]):
    """hatchling's hook for static/."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":  # a checkout serves its own files
            return
        static = Path(self.root, "static")
        bundle = self._bundle()
        for path in sorted(static.iterdir()):
            if bundle is None or path.name not in ("js", "preloads.json"):
                build_data["force_include"][str(path)] = f"{SITE}/{path.name}"
        if bundle is None:
            self.app.display_warning(
                "The page is not bundled: the wheel has its plain modules, which load a little later."
            )
            return
        for path in sorted(bundle.iterdir()):
            build_data["force_include"][str(path)] = f"{SITE}/{path.name}"
        self.app.display_info("The page is bundled.")

    def _bundle(self) -> Path | None:
        """The folder of the bundle; None where it cannot be made, which is said."""
        made = os.environ.get("CNN_LOUPE_BUNDLE")
        if made:
            return Path(made) if Path(made, "preloads.json").is_file() else None
        tool, node, npm = Path(self.root, ".ci", "bundle"), shutil.which("node"), shutil.which("npm")
        if node is None or not tool.is_dir():
            self.app.display_warning("Node was not found (https://nodejs.org).")
            return None
        target = Path(self.root, "build", "bundle")
        shutil.rmtree(target, ignore_errors=True)
        try:
            if not (tool / "node_modules" / "esbuild").is_dir():
                # esbuild comes by the lock's hashes alone: its install script might fetch a program by itself.
                options = ["--ignore-scripts", "--no-audit", "--no-fund"]
                subprocess.run([npm or "npm", "ci", *options], cwd=tool, check=True, timeout=600)
            subprocess.run([node, "bundle.mjs", "--out", str(target)], cwd=tool, check=True, timeout=600)
        except (OSError, subprocess.SubprocessError) as error:
            self.app.display_warning(f"esbuild could not be run: {error}")
            return None
        return target
