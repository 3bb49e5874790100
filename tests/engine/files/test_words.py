"""Every refusal of a model file has words in both languages, and they use only what it tells."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.engine.files import refused

COMMON = {"position", "layer", "operation", "what"}  # what Draft.refusal adds


def refusals() -> dict[str, list[set[str]]]:
    """Code → the parameters of each place that raises it."""
    found: dict[str, list[set[str]]] = {}
    for folder in ("files", "importing"):
        for path in (ROOT / "engine" / folder).glob("*.py"):
            for node in ast.walk(ast.parse(Path(path).read_text("utf-8"))):
                if not isinstance(node, ast.Call):
                    continue
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                given = {keyword.arg or "" for keyword in node.keywords}
                if name == "FileError" and isinstance(node.args[0], ast.Constant):
                    found.setdefault(str(node.args[0].value), []).append(given)
                elif name == "refusal" and len(node.args) > 2 and isinstance(node.args[1], ast.Constant):
                    found.setdefault(f"import_{node.args[1].value}", []).append(given | COMMON)
    return found


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_every_refusal_has_words_that_use_what_it_tells(language: str) -> None:
    words = json.loads((ROOT / "static/i18n" / language / "own.json").read_text("utf-8"))["own"]["problems"]
    found = refusals()
    assert len(found) > 50
    assert set(found) <= set(words), sorted(set(found) - set(words))
    for code, places in found.items():
        wanted = set(re.findall(r"\{(\w+)\}", words[code]))
        for given in places:
            assert wanted <= given, f"{code}: the words want {sorted(wanted - given)}"


def test_the_document_has_the_exact_sentence_of_each_refusal() -> None:
    assert refused.documented() == refused.table(), "python -m tests.engine.files.refused"
