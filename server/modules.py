"""Modules that always come together are served in one file: a request instead of dozens.

Nothing is built, and static/js stays what it is. A part of the page (PAGE, EMBEDS) is what its entry needs beyond
the parts before it. Its modules are joined into a file under `js/joined/`, each as a function that runs when the
module is first imported; whoever imports one calls it. So every module still runs once, after those that it
imports, and only where something imports it. At a joined module's own address stands a line that leads to it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

# The entries of the page, each with the one that it has before it: what is drawn first, what reads the address
# where there is something to read, what the page does without until then, and what is opened.
START = "js/main.js"
ADDRESS = "js/elements/chrome/address-bar.js"
DEFERRED = "js/deferred.js"
POINTING = "js/elements/inspector/pointing.js"  # in the same part, but wanted by itself
VIEWS = "js/features/views/index.js"
PAGE: dict[str, str | None] = {
    START: None,
    ADDRESS: START,
    DEFERRED: ADDRESS,
    VIEWS: DEFERRED,
    "js/features/tour/index.js": VIEWS,
    "js/features/present/index.js": VIEWS,
    "js/features/learn/index.js": DEFERRED,
}
# Those of embeds, which take from the page's parts what is there.
EMBEDS: dict[str, str | None] = {
    "js/features/embed/start.js": None,
    "js/features/embed/network.js": "js/features/embed/start.js",
    "js/features/embed/view.js": "js/features/embed/start.js",
    "js/features/embed/widget.js": "js/features/embed/start.js",
}
JOINED = "js/joined/"

_SPECIFIER = r"""["'](\.{1,2}/[^"']+)["'];?[ \t]*(?://[^\n]*)?$"""
_IMPORT = re.compile(r"^import\s+(?:\{([^}]*)\}\s*from\s*)?" + _SPECIFIER, re.MULTILINE)
_PASSED_ON = re.compile(r"^export\s*\{([^}]*)\}\s*from\s*" + _SPECIFIER, re.MULTILINE)
_LISTED = re.compile(r"^export\s*\{([^}]*)\};?[ \t]*(?://[^\n]*)?$", re.MULTILINE)
_DECLARED = re.compile(r"^export\s+((?:async\s+)?function|class|const)\s+([\w$]+)", re.MULTILINE)
_OTHER = re.compile(r"^(?:import|export)\s[^\n]*", re.MULTILINE)
_LATER = re.compile(r"""(\bimport\(\s*["'`])(\.{1,2}/[^"'`$]*)""")
_ONCE = "const once = (make) => { let made; return () => (made ??= make()); };"


class JoinError(Exception):
    """A module that cannot be moved into a function without changing what it does."""


@dataclass(frozen=True)
class Module:
    """What a module imports and exports, and the rest of it."""

    name: str
    imports: list[tuple[str, str]]  # the names as written, and the module that has them
    exports: dict[str, str]  # what a thing is called outside → inside
    declared: str  # the source without its imports
    body: str  # the same without the word `export`

    @property
    def needs(self) -> list[str]:
        return list(dict.fromkeys(target for _, target in self.imports))


def parse(name: str, source: str) -> Module:
    """Read a module of our own style; what that style does not have is refused."""
    imports: list[tuple[str, str]] = []
    exports: dict[str, str] = {}

    def imported(found: re.Match[str]) -> str:
        imports.append((found[1] or "", _target(name, found[2])))
        return ""

    def passed_on(found: re.Match[str]) -> str:
        pairs = list(_names(found[1]))
        taken = ", ".join(f"{inside} as _{outside}" for inside, outside in pairs)
        imports.append((taken, _target(name, found[2])))
        return "export { " + ", ".join(f"_{outside} as {outside}" for _, outside in pairs) + " };"

    def listed(found: re.Match[str]) -> str:
        exports.update({outside: inside for inside, outside in _names(found[1])})
        return ""

    declared = _PASSED_ON.sub(passed_on, _IMPORT.sub(imported, source))
    exports |= {found[2]: found[2] for found in _DECLARED.finditer(declared)}
    body = _DECLARED.sub(r"\1 \2", _LISTED.sub(listed, declared))
    strange = _OTHER.search(body)
    if strange:
        raise JoinError(
            f"{name}: `{strange[0]}` cannot be joined with other modules; write it as the others do"
        )
    return Module(name, imports, exports, declared, body)


def join(
    sources: Mapping[str, str],
    page: Mapping[str, str | None] = PAGE,
    guests: Mapping[str, str | None] = EMBEDS,
) -> dict[str, str]:
    """What to serve for every module, and the joined files.

    A module belongs to the part that reaches it and is not preceded by one that does. What two parts share,
    neither before the other, stays a file of its own.
    """
    modules = {name: parse(name, source) for name, source in sources.items()}
    owner = _owners(modules, page, set())
    owner |= _owners(
        modules, guests, {name for entry in page if entry in modules for name in _order(entry, modules)}
    )
    served = {
        name: _line(module, owner[name]) if name in owner else _rewritten(module, owner)
        for name, module in modules.items()
    }
    for entry in dict.fromkeys(owner.values()):
        inner = [modules[name] for name in _order(entry, modules) if owner.get(name) == entry]
        served[joined_name(entry)] = _file(entry, inner, owner)
    return served


def joined_name(entry: str) -> str:
    """`js/features/views/index.js` → `js/joined/features-views-index.js`"""
    return JOINED + entry.removeprefix("js/").replace("/", "-")


def _owners(
    modules: Mapping[str, Module], parts: Mapping[str, str | None], taken: set[str]
) -> dict[str, str]:
    """Which part each module belongs to, those left out that are entries, shared or taken."""
    present = [entry for entry in parts if entry in modules]
    reached = {entry: set(_order(entry, modules)) for entry in present}
    owners: dict[str, list[str]] = {}
    for entry in present:
        before = {name for earlier in _before(entry, parts) for name in reached.get(earlier, ())}
        for name in reached[entry] - before - set(present) - taken:
            owners.setdefault(name, []).append(entry)
    return {name: entries[0] for name, entries in owners.items() if len(entries) == 1}


def _before(entry: str, parts: Mapping[str, str | None]) -> Iterator[str]:
    before = parts[entry]
    while before is not None:
        yield before
        before = parts[before]


def _order(entry: str, modules: Mapping[str, Module]) -> list[str]:
    """Every module that an entry needs, itself last, each after those that it imports."""
    found: dict[str, None] = {}
    path: list[str] = []

    def visit(name: str) -> None:
        if name in path:
            raise JoinError("modules import each other in a circle: " + " → ".join([*path, name]))
        if name not in modules:
            raise JoinError(f"{path[-1] if path else 'the page'} imports {name}, which does not exist")
        if name not in found:
            path.append(name)
            for target in modules[name].needs:
                visit(target)
            found[path.pop()] = None

    visit(entry)
    return list(found)


def _file(entry: str, inner: list[Module], owner: Mapping[str, str]) -> str:
    """The modules of a part. (Parentheses tell a browser to compile a function at once: it will be called.)"""
    here = joined_name(entry)
    lines = [*_imports(here, (target for module in inner for target in module.needs), owner, entry), _ONCE]
    for module in inner:
        lines += [
            f"export const {_handle(module.name)} = once((() => {{ // {module.name}",
            _taken(module, owner) + _moved(module.body, module.name, here),
            f"return {{ {_pairs(module.exports.items())} }};",
            "}));",
        ]
    return "\n".join(lines) + "\n"


def _rewritten(module: Module, owner: Mapping[str, str]) -> str:
    """A module that stays a file, with its imports leading to the joined ones."""
    return "\n".join(
        [*_imports(module.name, module.needs, owner, None), _taken(module, owner) + module.declared]
    )


def _line(module: Module, entry: str) -> str:
    """What stands at a joined module's own address."""
    handle, path = _handle(module.name), _path(joined_name(entry), module.name)
    return f'import {{ {handle} }} from "{path}";\nexport const {{ {", ".join(module.exports)} }} = {handle}();\n'


def _imports(here: str, needs: Iterable[str], owner: Mapping[str, str], part: str | None) -> Iterator[str]:
    """Import statements for a file at `here`, which holds `part`."""
    shared: dict[str, list[str]] = {}
    for target in dict.fromkeys(needs):
        if target not in owner:
            yield f'import * as {_handle(target)} from "{_path(target, here)}";'
        elif owner[target] != part:
            shared.setdefault(joined_name(owner[target]), []).append(_handle(target))
    for file, handles in shared.items():
        yield f'import {{ {", ".join(handles)} }} from "{_path(file, here)}";'


def _taken(module: Module, owner: Mapping[str, str]) -> str:
    """A module's imports, as names taken from what the others give when they are called."""
    return "".join(
        (f"const {{ {_pairs(_names(names))} }} = " if names.strip() else "")
        + f"{_handle(target)}{'()' if target in owner else ''}; "
        for names, target in module.imports
    )


def _moved(body: str, name: str, here: str) -> str:
    """Imports that come later, as seen from where the module is now."""

    def moved(found: re.Match[str]) -> str:
        return found[1] + _path(_target(name, found[2]), here) + ("/" if found[2].endswith("/") else "")

    return _LATER.sub(moved, body)


def _pairs(names: Iterable[tuple[str, str]]) -> str:
    """(a, a), (b, c) → `a, b: c`, as an object's fields or a pattern of them."""
    return ", ".join(key if key == value else f"{key}: {value}" for key, value in names)


def _names(written: str) -> Iterator[tuple[str, str]]:
    """`a, b as c` → (a, a), (b, c)."""
    for part in re.sub(r"//[^\n]*", "", written).split(","):
        if part.strip():
            first, _, second = part.strip().partition(" as ")
            yield first.strip(), (second or first).strip()


def _target(name: str, specifier: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), specifier))


def _path(target: str, seen_from: str) -> str:
    path = posixpath.relpath(target, posixpath.dirname(seen_from))
    return path if path.startswith(".") else f"./{path}"


def _handle(name: str) -> str:
    """`js/core/url-state.js` → `$core_url_state`"""
    return "$" + re.sub(r"\W", "_", name.removeprefix("js/").removesuffix(".js"))
