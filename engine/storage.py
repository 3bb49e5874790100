"""Writing files so that an interruption, a crash or a power cut leaves the old file or the new one, whole."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


def replace_file(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Put what `write` writes in the place of the file, in one step.

    The data reach the disk before the name does, and the name before this returns: rename alone is
    atomic, but not durable. Raises OSError; the old file is then untouched and no draft is left.
    """
    draft = path.with_name(path.name + ".part")
    try:
        with draft.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make a new name durable, where the system and the file system have a call for it.

    Windows has none (its journal does it), and some network file systems refuse it with EINVAL.
    """
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)
