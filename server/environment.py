"""What of the environment is meant for this server: names that it knows, and none that a platform wrote.

Kubernetes writes the address of every Service of a namespace into each pod, under names made from the Service's:
a Service `cnn-loupe` gives CNN_LOUPE_PORT=tcp://10.0.0.7:80, CNN_LOUPE_SERVICE_HOST and six more. Docker's links
do the same. People call their Service like the program, so these names must never matter.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource

PREFIX = "CNN_LOUPE_"
# Of this program, and no settings of the server.
OTHERS = frozenset({"CNN_LOUPE_BROWSER"})  # the tests' browser
_ADDRESS = re.compile(r"(?:tcp|udp|sctp)://.*", re.IGNORECASE)
_OF_A_SERVICE = re.compile(
    r"CNN_LOUPE_(?:\w+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)"
    r"|CNN_LOUPE_(?:NAME|ENV_\w+)"
)


class OwnEnvironment(PydanticBaseSettingsSource):
    """The settings that stand in the environment, whatever the case of their names, without spaces around them."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        found = {name.upper(): value for name, value in os.environ.items()}
        value = found.get(PREFIX + field_name.upper())
        return (None if value is None or _ADDRESS.fullmatch(value) else value.strip()), field_name, False

    def __call__(self) -> dict[str, Any]:
        values = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in values.items() if value is not None}


def remarks(settings: Collection[str], environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """What is passed over, in sentences: values that a platform wrote, and names that are no setting."""
    known = {PREFIX + name.upper() for name in settings}
    found = os.environ if environment is None else environment
    for name, value in sorted(found.items()):
        if not name.upper().startswith(PREFIX) or name.upper() in OTHERS:
            continue
        if name.upper() in known:
            if _ADDRESS.fullmatch(value):
                yield (
                    f"{name}={value} is passed over: Kubernetes or Docker wrote it for a service of that name. "
                    f"Set it yourself, or enableServiceLinks: false in the pod"
                )
        elif not _OF_A_SERVICE.fullmatch(name.upper()):
            near = difflib.get_close_matches(name.upper(), known, 1)
            meant = f"; {near[0]} is one" if near else "; docs/hosting.md lists them"
            yield f"{name} is passed over: there is no such setting{meant}"
