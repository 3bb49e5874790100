"""Which format some bytes are: their content decides, never their name.

A person gives one or several files: a model, its weights beside it, labels, an archive of all that. `unpacked` opens
plain archives, `model_in` finds the one model among the files, and `read` gives its graph.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Mapping
from typing import Any

from cnn_loupe.engine.errors import FileError
from cnn_loupe.engine.files import hdf5, keras, onnx, tfjs, tflite, torch
from cnn_loupe.engine.files.bounded import Archive
from cnn_loupe.engine.files.foreign import Files, ForeignGraph, short

PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM", b"II*\0", b"MM\0*")
POINTER = b"version https://git-lfs.github.com/spec/"
READERS: Mapping[str, Callable[[str, Files], ForeignGraph]] = {
    "onnx": onnx.read,
    "h5": keras.read_h5,
    "keras": keras.read_archive,
    "tfjs": tfjs.read,
    "tflite": tflite.read,
}
# Everything that can hold a network; what "torch", "safetensors" and "description" need beside them the importer knows.
MODELS = (*READERS, "torch", "description", "safetensors")
FORMATS = (
    "ONNX (.onnx), Keras (.h5, .keras), TensorFlow.js (model.json), TensorFlow Lite (.tflite), PyTorch (.pt, .pth)"
)


def format_of(data: bytes) -> str:
    """One of MODELS, or "zip", "npz", "picture", "text", "json", "pointer", "unknown"."""
    if data[:200].startswith(POINTER):
        return "pointer"
    if data.startswith(hdf5.MAGIC):
        return "h5"
    if data[4:8] == tflite.MAGIC:
        return "tflite"
    if data[:2] == b"PK":
        return _archive(data)
    if data.startswith(PICTURES) or data[4:8] == b"ftyp":
        return "picture"
    if data[:1] == b"\x80" and (b"torch" in data[:4096] or data.startswith(torch.START)):
        return "torch"
    if _is_safetensors(data):
        return "safetensors"
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return _json(data)
    if onnx.looks_like(data):
        return "onnx"
    return "text" if _is_text(data) else "unknown"


def unpacked(files: Files) -> dict[str, bytes]:
    """The files by base name, plain archives among them replaced by what they hold.

    Of two files with one name the one nearer to the top counts; what operating systems add to archives is left out.
    """
    found: dict[str, bytes] = {}
    for name, data in files.items():
        if format_of(data) != "zip":
            found.setdefault(_base(name), data)
            continue
        archive = Archive(_base(name), data)
        members = [m for m in archive.names if not any(part.startswith((".", "__MACOSX")) for part in m.split("/"))]
        for member in sorted(members, key=lambda m: (m.count("/"), m)):
            if _base(member) not in found:
                found[_base(member)] = archive.read(member)
    return found


def model_in(files: Files) -> tuple[str, str]:
    """Name and format of the one model among the files.

    Raises FileError where there is none or more than one, saying what was found.
    """
    formats = {name: format_of(data) for name, data in files.items()}
    models = {name: f for name, f in formats.items() if f in MODELS}
    # A description of ours belongs to the weights beside it, and architecture and weights of PyTorch may come apart.
    if len(models) > 1 and "description" in models.values():
        return next((name, f) for name, f in models.items() if f == "description")
    if len(models) == 1:
        return next(iter(models.items()))
    if models:
        listed = ", ".join(f"{short(name)} ({f})" for name, f in models.items())
        raise FileError(
            "files_several_models",
            f"there are {len(models)} networks among the files: {listed}; give one at a time",
            files=[short(name) for name in models],
        )
    pointers = [name for name, f in formats.items() if f == "pointer"]
    if pointers:
        name = pointers[0]
        raise FileError(
            "file_is_pointer",
            f"{short(name)} is a pointer of Git LFS ({len(files[name])} bytes), not the file itself; fetch it with "
            f"git lfs pull, or download the file itself from its page",
            file=short(name),
            size=len(files[name]),
        )
    name = next(iter(files), "nothing")
    raise FileError(
        "file_no_model",
        f"{short(name)} is no network in a format that is read here; these are: {FORMATS}",
        file=short(name),
        known=FORMATS,
    )


def read(name: str, kind: str, files: Files) -> ForeignGraph:
    """The graph of the model `name`, which is of the format `kind`; other files may hold its weights."""
    return READERS[kind](name, files)


def read_torch(name: str, files: Files) -> Any:
    """What a PyTorch file holds; it says nothing of the network's graph."""
    return torch.read(name, files)


def _archive(data: bytes) -> str:
    """What a zip archive is for, by the members that it must have."""
    try:
        names = set(Archive("", data).names)
    except FileError as error:
        if error.code == "file_cut_short":
            # Half an archive: the names of its first members tell whose it was.
            hints = {b"data.pkl": "torch", b"metadata.json": "keras", b"config.json": "keras"}
            return next((kind for hint, kind in hints.items() if hint in data[:4096]), "zip")
        return "zip"
    bases = {_base(name) for name in names}
    if any(name.endswith("data.pkl") for name in names):
        return "torch"
    if {keras.CONFIG, keras.WEIGHTS} <= names or {keras.CONFIG, keras.METADATA} <= names:
        return "keras"
    if names and all(name.endswith(".npy") for name in bases):
        return "npz"
    return "zip"


def _is_safetensors(data: bytes) -> bool:
    """Eight bytes of length, then a JSON object."""
    if len(data) < 10:
        return False
    length = int.from_bytes(data[:8], "little")
    return data[8:9] == b"{" and length <= len(data) - 8 and data[7 + length : 8 + length] in (b"}", b" ")


def _json(data: bytes) -> str:
    try:
        value = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return "text" if _is_text(data) else "unknown"
    if not isinstance(value, dict):
        return "json"
    if "modelTopology" in value or "weightsManifest" in value:
        return "tfjs"
    return "description" if {"format", "layers", "input"} <= set(value) else "json"


def _is_text(data: bytes) -> bool:
    """UTF-8 without control characters; the last character looked at may be cut."""
    head = data[:4096]
    if any(byte < 32 and byte not in b"\t\n\r\f" for byte in head):
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _base(name: str) -> str:
    return name.replace("\\", "/").rsplit("/", 1)[-1]
