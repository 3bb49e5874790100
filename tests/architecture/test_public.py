"""The server uses what uvicorn, Starlette and FastAPI document, so that a new version of theirs breaks nothing
silently.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

FRAMEWORKS = {"uvicorn", "starlette", "fastapi"}
# What their documentation describes, by module.
DOCUMENTED = {
    "uvicorn": {"Config", "Server", "run"},
    "fastapi": {"APIRouter", "Depends", "FastAPI", "Path", "Query", "Request"},
    "fastapi.exceptions": {"RequestValidationError"},
    "fastapi.openapi.utils": {"get_openapi"},
    "starlette.datastructures": {"Headers", "MutableHeaders", "QueryParams", "URL"},
    "starlette.exceptions": {"HTTPException"},
    "starlette.middleware.cors": {"CORSMiddleware"},
    "starlette.middleware.trustedhost": {"TrustedHostMiddleware"},
    "starlette.requests": {"ClientDisconnect", "Request"},
    "starlette.responses": {"Response"},
    "starlette.types": {"ASGIApp", "Message", "Receive", "Scope", "Send"},
}
# uvicorn has no deadline for a request that never arrives whole; server/deadline.py says why it names this class.
EXCEPTIONS = {("server/deadline.py", "uvicorn.protocols.http.h11_impl", "H11Protocol")}


def violations(name: str, source: str) -> Iterator[str]:
    """What a module of the server takes that is not offered."""
    tree = ast.parse(source)
    own = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and _is_own(node.value)}
    own |= {
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    foreign: set[str] = set()
    packages: dict[str, str] = {}  # names under which a framework was imported whole
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                package = alias.name.split(".")[0]
                if package in FRAMEWORKS:
                    foreign.add(alias.asname or package)
                    packages[alias.asname or package] = package
                    if alias.name != package:
                        yield f"{name}:{node.lineno} imports {alias.name} whole; name what is taken from it"
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in FRAMEWORKS:
            for alias in node.names:
                foreign.add(alias.asname or alias.name)
                known = alias.name in DOCUMENTED.get(node.module, ())
                if not known and (name, node.module, alias.name) not in EXCEPTIONS:
                    yield f"{name}:{node.lineno} takes {alias.name} from {node.module}, which is not documented"
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for base in node.bases:
                root = base
                while isinstance(root, ast.Attribute | ast.Subscript):
                    root = root.value
                if isinstance(root, ast.Name) and root.id in foreign:
                    yield f"{name}:{node.lineno} {node.name} inherits from {ast.unparse(base)}"
        elif isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__"):
            if not _is_own(node.value) and node.attr not in own:
                yield f"{name}:{node.lineno} touches {ast.unparse(node)}"
        elif isinstance(node, ast.Attribute) and (package := packages.get(ast.unparse(node.value))):
            if node.attr not in DOCUMENTED.get(package, ()):
                yield f"{name}:{node.lineno} takes {package}.{node.attr}, which is not documented"
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("getattr", "setattr", "hasattr", "delattr"):
            wanted = node.args[1] if len(node.args) > 1 else None
            if isinstance(wanted, ast.Constant) and str(wanted.value).startswith("_"):
                yield f"{name}:{node.lineno} touches {wanted.value} by its name"


def _is_own(value: ast.expr) -> bool:
    return isinstance(value, ast.Name) and value.id in ("self", "cls")


@pytest.mark.parametrize(
    "path", sorted((ROOT / "server").rglob("*.py")), ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_a_module_of_the_server_takes_only_what_is_offered(path: Path) -> None:
    assert list(violations(path.relative_to(ROOT).as_posix(), path.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    "planted",
    [
        "import uvicorn\nuvicorn.Server(x)._captured_signals",
        "import uvicorn.config",
        "import uvicorn\nuvicorn.supervisors.Multiprocess",
        "from uvicorn.server import ServerState",
        "from uvicorn.protocols.http.h11_impl import H11Protocol",
        "import uvicorn\nclass Draining(uvicorn.Server): ...",
        "from fastapi.routing import APIRoute",
        "from starlette.responses import Response\nclass Mine(Response): ...",
        "from starlette.requests import Request\ndef f(request: Request): return request._body",
        "from fastapi import Request\ndef f(request: Request): return request.app.router._mounts",
        "import uvicorn as server\nserver.supervisors.Multiprocess",
        "import fastapi\nfastapi.routing.APIRoute",
        "def f(request): return getattr(request, '_body', None)",
        "def f():\n    from starlette.concurrency import run_in_threadpool",
    ],
)
def test_a_planted_violation_is_seen(planted: str) -> None:
    assert list(violations("server/planted.py", planted)) != []
