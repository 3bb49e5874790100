"""The page's own checks, run from here so that one command runs every test: Node's, types, style."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from cnn_loupe.server.assets import Assets, without_comments

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


def run(*command: str, where: Path = ROOT) -> str:
    """What a command said; fails with it where the command failed."""
    done = subprocess.run(command, cwd=where, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-8000:]}\n{done.stderr[-4000:]}"
    return done.stdout


@pytest.fixture(scope="session")
def node() -> str:
    """The Node that `make test` put on the path."""
    found = shutil.which("node")
    if found is None:
        pytest.fail("Node 20 or newer is needed for the page's tests; `make test` installs one.")
    return found


def test_the_pages_modules_pass_their_own_tests(node: str) -> None:
    tests = sorted(str(path) for path in HERE.glob("*.test.mjs"))
    assert tests
    run(node, "--test", "--test-reporter=tap", *tests)


def test_the_pages_types_are_sound(node: str, web_tools: Path) -> None:
    run(node, str(web_tools / "typescript/bin/tsc"), "--project", str(HERE / "tsconfig.json"))


def test_the_pages_style_is_clean(node: str, web_tools: Path) -> None:
    run(node, str(web_tools / "eslint/bin/eslint.js"), "--config", str(HERE / "eslint.config.mjs"), "static/js", "tests/web")


SAME_PROGRAM = """
const { createRequire } = require("node:module");
const ts = createRequire(process.argv[1] + "/")("typescript");
const pairs = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const options = { compilerOptions: { target: "ESNext", module: "ESNext", removeComments: true, allowJs: true } };
const program = (text) => ts.transpileModule(text, options).outputText;
console.log(JSON.stringify(pairs.filter(([, before, after]) => program(before) !== program(after)).map(([name]) => name)));
"""


def test_modules_are_served_without_comments_and_are_the_same_programs(node: str, web_tools: Path) -> None:
    sources = {path: path.read_text("utf-8") for path in sorted((ROOT / "static/js").rglob("*.js"))}
    pairs = [(str(path.relative_to(ROOT)), text, without_comments(text)) for path, text in sources.items()]
    assert all(before.count("\n") == after.count("\n") for _, before, after in pairs)
    assert sum(len(after) for *_, after in pairs) < 0.8 * sum(len(before) for _, before, _ in pairs)
    done = subprocess.run(
        [node, "--eval", SAME_PROGRAM, str(web_tools)], input=json.dumps(pairs), capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []


EXPORTS = """
const { createRequire } = require("node:module");
const ts = createRequire(process.argv[1] + "/")("typescript");
const sources = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const exported = (text) => {
  const names = [];
  for (const part of ts.createSourceFile("m.js", text, ts.ScriptTarget.ESNext, true).statements) {
    if (ts.isExportDeclaration(part)) for (const { name } of part.exportClause.elements) names.push(name.text);
    else if (part.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) {
      if (part.name) names.push(part.name.text);
      else for (const { name } of part.declarationList.declarations) names.push(...(name.elements ?? [{ name }]).map((element) => element.name.text));
    }
  }
  return names.filter((name) => !name.startsWith("$")).sort();
};
console.log(JSON.stringify(Object.fromEntries(Object.entries(sources).map(([name, text]) => [name, exported(text)]))));
"""


def test_every_module_gives_the_same_names_when_it_is_joined_with_others(node: str, web_tools: Path) -> None:
    def names(sources: dict[str, str]) -> dict[str, list[str]]:
        done = subprocess.run([node, "--eval", EXPORTS, str(web_tools)], input=json.dumps(sources), capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        found: dict[str, list[str]] = json.loads(done.stdout)
        return found

    assets = Assets()
    static = ROOT / "static"
    sources = {path.relative_to(static).as_posix(): path.read_text("utf-8") for path in (static / "js").rglob("*.js")}
    served = {name: file.body.decode() for name in sources if (file := assets.file(name))}
    assert set(served) == set(sources)
    assert names(served) == names(sources)
