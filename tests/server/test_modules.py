"""Modules joined into one file are the modules that they were: same names, same instances, same order."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from cnn_loupe.server.assets import Assets
from cnn_loupe.server.modules import EMBEDS, JOINED, PAGE, START, JoinError, join, joined_name

TREE = {
    "js/main.js": """import { count } from "./core/counter.js";
import { plus as add } from "./core/sum.js";
import "./core/noted.js";
export const seen = add(count(), 1);
export const later = () => import("./deferred.js");
""",
    "js/core/counter.js": "let n = 0;\nglobalThis.order = [];\norder.push('counter');\nexport const count = () => ++n;\n",
    "js/core/sum.js": """import {
  count, // of calls
} from "./counter.js";
order.push("sum");
export function plus(a, b) { return a + b; }
export class Sum {}
const inner = 7;
export { inner as seven };
""",
    "js/core/noted.js": 'order.push("noted");\n',
    "js/deferred.js": """import { count } from "./core/counter.js";
import { shared } from "./model/shared.js";
import { further } from "./elements/deep/deep.js"; // what comes later
export { plus } from "./core/sum.js";
export const rest = [count(), shared];
export const away = async () => (await further("away")).away;
""",
    "js/elements/deep/deep.js": """order.push("deep");
export const deep = "deep";
export const further = (name) => import(`./${name}.js`);
""",
    "js/elements/deep/away.js": """import { deep } from "./deep.js";
import { seven } from "../../core/sum.js";
export const away = deep + seven;
""",
    "js/features/views/index.js": """import { shared } from "../../model/shared.js";
import { own } from "./own.js";
import "../../model/window.js";
const waited = await Promise.resolve(own);
export { waited, shared };
""",
    "js/features/views/own.js": 'import { plus } from "../../core/sum.js";\nexport const own = plus(40, 2);\n',
    "js/features/learn/index.js": """import { shared } from "../../model/shared.js";
import "../../model/window.js";
import { own } from "./other.js";
export const learned = [shared, own];
""",
    "js/features/learn/other.js": "export async function own() {}\n",
    "js/model/window.js": 'order.push("window");\n',
    "js/model/shared.js": "globalThis.made = (globalThis.made ?? 0) + 1;\nexport const shared = { made };\n",
    "js/features/embed/view.js": 'import { plus } from "../../core/sum.js";\nimport { bar } from "./bar.js";\nexport const embedded = plus(bar, order.length);\n',
    "js/features/embed/bar.js": "export const bar = 10;\n",
}
PROGRAM = """
const main = await import("./js/main.js");
const rest = await main.later();
const { count } = await import("./js/core/counter.js");
const views = await import("./js/features/views/index.js");
const { learned } = await import("./js/features/learn/index.js");
const sum = await import("./js/core/sum.js");
console.log(JSON.stringify([main.seen, rest.rest, rest.plus === sum.plus, sum.seven, count(), await rest.away(), views.waited, views.shared === learned[0], typeof sum.Sum, order, made]));
"""
EMBEDDED = 'console.log(JSON.stringify([(await import("./js/features/embed/view.js")).embedded, order, typeof made]));'


def node() -> str:
    found = shutil.which("node")
    if found is None:
        pytest.fail("Node 20 or newer is needed for the page's tests; `make test` installs one.")
    return found


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    (folder / "package.json").write_text('{"type": "module"}')
    return folder


def outcome(folder: Path, program: str) -> object:
    done = subprocess.run([node(), "--input-type=module", "--eval", program], cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_joined_modules_do_what_they_do_by_themselves(tmp_path: Path) -> None:
    alone, joined = written(tmp_path / "alone", TREE), written(tmp_path / "joined", TREE | join(TREE))
    expected = [2, [2, {"made": 1}], True, 7, 3, "deep7", 42, True, "function", ["counter", "sum", "noted", "deep", "window"], 1]
    assert outcome(alone, PROGRAM) == expected
    assert outcome(joined, PROGRAM) == expected


def test_a_page_that_takes_a_module_from_a_joined_file_runs_nothing_else_of_it(tmp_path: Path) -> None:
    alone, joined = written(tmp_path / "alone", TREE), written(tmp_path / "joined", TREE | join(TREE))
    assert outcome(alone, EMBEDDED) == outcome(joined, EMBEDDED) == [12, ["counter", "sum"], "undefined"]


def test_a_module_is_in_the_part_that_needs_it_first_and_shared_ones_are_files_of_their_own() -> None:
    served = join(TREE)
    assert sorted(name for name in served if name not in TREE) == [
        "js/joined/deferred.js",
        "js/joined/features-embed-view.js",
        "js/joined/features-learn-index.js",
        "js/joined/features-views-index.js",
        "js/joined/main.js",
    ]
    assert "order.push('counter')" in served["js/joined/main.js"]
    assert served["js/core/counter.js"] == 'import { $core_counter } from "../joined/main.js";\nexport const { count } = $core_counter();\n'
    assert "globalThis.made" in served["js/joined/deferred.js"]
    assert "import(`../elements/deep/${name}.js`)" in served["js/joined/deferred.js"]
    assert "window" in served["js/model/window.js"]
    assert not any('push("window")' in text for name, text in served.items() if name.startswith(JOINED))


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("export let n = 1;\n", "export let n = 1;"),
        ("export default 3;\n", "export default 3;"),
        ("export const { a } = {};\n", "export const { a }"),
        ('export * from "./core/sum.js";\n', "export *"),
        ('import * as sum from "./core/sum.js";\n', "import * as sum"),
        ('import { gone } from "./core/gone.js";\n', "js/core/gone.js"),
        ('import { a } from "./core/again.js";\n', "js/main.js → js/core/again.js → js/main.js"),
    ],
)
def test_what_would_not_stay_the_same_is_refused_with_its_place(source: str, words: str) -> None:
    tree = TREE | {"js/main.js": source + TREE["js/main.js"], "js/core/again.js": 'import { b } from "../main.js";\nexport const a = 1;\n'}
    with pytest.raises(JoinError, match=re.escape(words)):
        join(tree)


def test_the_page_starts_with_two_scripts_and_every_part_needs_few() -> None:
    assets = Assets()
    assert assets.eager_modules() == [START, joined_name(START)]
    for entry in [*PAGE, *EMBEDS]:
        files = assets.eager_modules(entry)
        alone = [name for name in files if not name.startswith(JOINED) and name not in {**PAGE, **EMBEDS}]
        assert len(alone) <= 5, f"{entry} still needs {alone}"
