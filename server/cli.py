"""The command `cnn-loupe`: serve, doctor and health, and the engine's own commands."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence

from pydantic import ValidationError

from cnn_loupe.engine.commands.console import note, use_any_console
from cnn_loupe.server.environment import remarks
from cnn_loupe.server.settings import PREFIX, Settings
from cnn_loupe.server.threads import pin_threads
from cnn_loupe.server.version import package_version

_WITH_SETTINGS = ("serve", "health")
# The engine's commands explain themselves; here they are only listed, so that `serve` need not import them.
_ENGINE = {
    "train": "train a model on a folder of labelled pictures",
    "evaluate": "accuracy, loss and calibration of a model on a labelled folder",
    "predict": "class probabilities of one picture",
    "describe": "the layers of a model as a table",
    "import": "make a model folder of another program's file",
    "inspect": "what another program's file holds, and what it would become",
    "run": "every activation of a model for one picture, as an .npz file",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; gives the exit code (0 done, 1 failed, 2 called wrongly)."""
    use_any_console()
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and given[0] in _ENGINE:
        pin_threads()
        from cnn_loupe.engine.commands.cli import main as engine_main

        return int(engine_main(given) or 0)
    options = _parser().parse_args(given or ["--help"])
    pin_threads()
    for remark in remarks(Settings.model_fields):
        note(f"note: {remark}")
    try:
        settings = Settings.chosen(_given(options) if options.command in _WITH_SETTINGS else {})
    except ValidationError as error:
        for item in error.errors():
            name = str(item["loc"][0]) if item["loc"] else "settings"
            said = item["msg"].removeprefix("Value error, ")
            if item["type"] != "value_error":
                said += f", not {item.get('input')!r}"
            note(f"--{name.replace('_', '-')} ({PREFIX}{name.upper()}): {said}")
        return 2
    if options.command == "doctor":
        from cnn_loupe.server.doctor import doctor

        return doctor()
    if options.command == "health":
        from cnn_loupe.server.health import health

        return health(settings)
    from cnn_loupe.server.serve import serve

    return serve(settings)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cnn-loupe",
        description="Take a real convolutional network apart in your browser.",
        epilog="Each command explains itself with --help.",
    )
    parser.add_argument("--version", action="version", version=f"cnn-loupe {package_version()}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    serve = commands.add_parser("serve", help="start the server", description="Start the server.")
    _add_settings(serve, Settings.model_fields)
    commands.add_parser("doctor", help="check this installation", description="Check this installation.")
    health = commands.add_parser(
        "health",
        help="ask a running server whether it is ready",
        description="Ask the server of these settings whether it is ready: 0 where it is, 1 where not.",
    )
    _add_settings(health, ("host", "port"))
    for name, text in _ENGINE.items():
        commands.add_parser(name, help=text)
    return parser


def _add_settings(parser: argparse.ArgumentParser, names: Iterable[str]) -> None:
    """A flag for each of these settings."""
    for name in names:
        field = Settings.model_fields[name]
        flag = f"--{name.replace('_', '-')}"
        text = f"{field.description} [{PREFIX}{name.upper()}]".replace("%", "%%")
        if field.annotation is bool:
            parser.add_argument(flag, action="store_true", default=None, help=text)
        else:
            parser.add_argument(flag, metavar=name.rsplit("_", 1)[-1].upper(), help=text)


def _given(options: argparse.Namespace) -> dict[str, str]:
    """The flags that were given; all others are left to the environment and the defaults."""
    values = {name: getattr(options, name, None) for name in Settings.model_fields}
    return {name: value for name, value in values.items() if value is not None}
