"""PyTorch's `.pt` and `.pth`, without unpickling.

A pickle is a program; this reads its instructions and never runs what they name. Only dictionaries, lists, tuples,
numbers, texts and tensors come out. Every other class becomes an `Instance`: its name and its attributes, from which
a whole `torch.save(nn.Sequential(…))` can be read as it was built.

Read: archives of PyTorch 1.6 and newer (zip), the older row of pickles, and both with weights that lay on a GPU.
Refused: TorchScript archives (`torch.jit.save`), which are code.
"""

from __future__ import annotations

import pickletools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cnn_loupe.engine.errors import FileError
from cnn_loupe.engine.files.bounded import Archive, Buffer
from cnn_loupe.engine.files.foreign import DEEPEST, Budget, Files, cut_short, damaged, finite, short

LEGACY = 0x1950A86A20F9469CFC6C  # the number that the older format begins with
START = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19"  # that number, pickled
DTYPES = {
    "FloatStorage": "<f4", "DoubleStorage": "<f8", "HalfStorage": "<f2", "BFloat16Storage": "<u2", "LongStorage": "<i8",
    "IntStorage": "<i4", "ShortStorage": "<i2", "CharStorage": "i1", "ByteStorage": "u1", "BoolStorage": "?",
}  # fmt: skip
MOST_INSTRUCTIONS = 2_000_000


@dataclass(frozen=True)
class Name:
    """A class or function that the pickle names: `torch.nn.modules.conv Conv2d`."""

    module: str
    name: str


@dataclass
class Instance:
    """An object of a class that is not read: the class, what it was made with, and its attributes."""

    kind: Name
    arguments: Any = ()
    state: Any = None
    items: dict[Any, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Storage:
    """The numbers behind tensors: type, key in the archive, and count."""

    kind: str
    key: str
    count: int


@dataclass(frozen=True)
class Tensor:
    """A view of a storage."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def read(name: str, files: Files) -> Any:
    """What the file holds: for a state dict a dictionary of name → array; for modules `Instance`s that hold arrays."""
    data = files[name]
    if data[:2] == b"PK":
        return _read_archive(name, data)
    return _read_legacy(name, data)


def _read_archive(name: str, data: bytes) -> Any:
    archive = Archive(name, data)
    inside = [member for member in archive.names if member.rsplit("/", 1)[-1] == "data.pkl"]
    if len(inside) != 1:
        raise damaged(name, "there is no data.pkl in it")
    folder = inside[0].removesuffix("data.pkl")
    if any(member.startswith(f"{folder}code/") for member in archive.names):
        raise FileError(
            "file_torchscript",
            f"{name} is TorchScript (torch.jit.save), which is a program and is never run; save the weights with "
            f"torch.save(model.state_dict(), …), or export the network to ONNX",
            file=name,
        )
    big = archive.read(f"{folder}byteorder") == b"big" if f"{folder}byteorder" in archive.names else False
    if big:
        raise damaged(name, "its numbers are big-endian")

    def bytes_of(storage: Storage) -> memoryview:
        try:
            return memoryview(archive.read(f"{folder}data/{storage.key}"))
        except KeyError as error:
            raise damaged(name, f"the numbers {short(storage.key)} are missing") from error

    value = _Machine(name, archive.read(inside[0])).run()[0]
    return _Arrays(name, bytes_of).of(value, 0)


def _read_legacy(name: str, data: bytes) -> Any:
    """Four pickles (a number, a version, the machine, the object), a list of keys, and the storages one by one."""
    position, values = 0, []
    for _ in range(5):
        value, used = _Machine(name, data[position:]).run()
        values.append(value)
        position += used
    if values[0] != LEGACY:
        raise damaged(name, "it is not of PyTorch")
    keys, buffer, found = values[4], Buffer(name, data, position), {}
    machine = values[3]
    storages = {storage.key: storage for storage in _storages(machine, 0)}
    if not isinstance(keys, list):
        raise damaged(name, "its list of numbers")
    for key in keys:
        storage = storages.get(str(key))
        if storage is None or storage.kind not in DTYPES:
            raise damaged(name, f"the numbers {short(str(key))}")
        count = buffer.uint(8)
        found[storage.key] = buffer.take(count * np.dtype(DTYPES[storage.kind]).itemsize)

    def bytes_of(storage: Storage) -> memoryview:
        return found[storage.key]

    return _Arrays(name, bytes_of).of(machine, 0)


class _Arrays:
    """Turns the tensors inside a value into arrays."""

    def __init__(self, file: str, bytes_of: Any) -> None:
        self._file, self._bytes_of = file, bytes_of
        self._budget = Budget(file)
        self._raw: dict[str, memoryview] = {}

    def of(self, value: Any, depth: int) -> Any:
        if depth > 4 * DEEPEST:
            raise damaged(self._file, "its values nest too deep")
        if isinstance(value, Tensor):
            return self._array(value)
        if isinstance(value, dict):
            return {key: self.of(one, depth + 1) for key, one in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(self.of(one, depth + 1) for one in value)
        if isinstance(value, Instance):
            value.arguments = self.of(value.arguments, depth + 1)
            value.state = self.of(value.state, depth + 1)
            value.items = self.of(value.items, depth + 1)
        return value

    def _array(self, tensor: Tensor) -> np.ndarray[Any, Any]:
        storage = tensor.storage
        if storage.kind not in DTYPES:
            raise damaged(self._file, f"numbers of the kind {short(storage.kind)}")
        dtype = np.dtype(DTYPES[storage.kind])
        if storage.key not in self._raw:
            self._raw[storage.key] = self._bytes_of(storage)
        raw = self._raw[storage.key]
        count = self._budget.take(storage.key, tensor.shape)
        if (
            len(tensor.strides) != len(tensor.shape)
            or any(stride < 0 for stride in tensor.strides)
            or tensor.offset < 0
        ):
            raise damaged(self._file, "the place of a tensor")
        last = (
            tensor.offset + sum((n - 1) * s for n, s in zip(tensor.shape, tensor.strides, strict=True)) if count else 0
        )
        if count and (last + 1) * dtype.itemsize > len(raw):
            raise cut_short(self._file, (last + 1) * dtype.itemsize - len(raw))
        flat = np.frombuffer(raw, dtype, len(raw) // dtype.itemsize)
        view = (
            np.lib.stride_tricks.as_strided(
                flat[tensor.offset :],
                tensor.shape,
                tuple(s * dtype.itemsize for s in tensor.strides),
                writeable=False,
            )
            if count
            else np.zeros(tensor.shape, dtype)
        )
        array = np.ascontiguousarray(view)
        if storage.kind == "BFloat16Storage":
            array = (array.astype("<u4") << 16).view("<f4")
        return finite(self._file, storage.key, array)


def _storages(value: Any, depth: int) -> list[Storage]:
    if depth > 4 * DEEPEST:
        return []
    if isinstance(value, Tensor):
        return [value.storage]
    if isinstance(value, Instance):
        return _storages([value.arguments, value.state, value.items], depth + 1)
    if isinstance(value, dict):
        return [s for one in value.values() for s in _storages(one, depth + 1)]
    if isinstance(value, (list, tuple)):
        return [s for one in value for s in _storages(one, depth + 1)]
    return []


_MARK = object()


class _Machine:
    """Pickle's stack machine, with data in the place of objects. Memory is bounded by the bytes of the pickle."""

    def __init__(self, file: str, data: bytes) -> None:
        self._file, self._data = file, data
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}

    def run(self) -> tuple[Any, int]:
        """The value that is left at the end, and how many bytes the pickle had."""
        try:
            for count, (opcode, argument, position) in enumerate(pickletools.genops(self._data)):
                if count > MOST_INSTRUCTIONS:
                    raise damaged(self._file, "its pickle is too long")
                if opcode.name == "STOP":
                    return self._stack.pop(), int(position or 0) + 1
                self._step(opcode.name, argument)
        except FileError:
            raise
        except (
            ValueError,
            IndexError,
            KeyError,
            TypeError,
            AttributeError,
            UnicodeDecodeError,
            OverflowError,
        ) as error:
            raise damaged(self._file, "its pickle") from error
        raise cut_short(self._file)

    def _step(self, name: str, argument: Any) -> None:
        stack, memo = self._stack, self._memo
        if name in {"PROTO", "FRAME"}:
            pass
        elif name == "MARK":
            stack.append(_MARK)
        elif name in _CONSTANTS:
            stack.append(_CONSTANTS[name]())
        elif name in _LITERALS:
            stack.append(argument)
        elif name in {"BINPUT", "LONG_BINPUT", "PUT"}:
            memo[int(argument)] = stack[-1]
        elif name == "MEMOIZE":
            memo[len(memo)] = stack[-1]
        elif name in {"BINGET", "LONG_BINGET", "GET"}:
            stack.append(memo[int(argument)])
        elif name in {"TUPLE1", "TUPLE2", "TUPLE3"}:
            size = int(name[-1])
            stack[-size:] = [tuple(stack[-size:])]
        elif name == "TUPLE":
            stack.append(tuple(self._marked()))
        elif name == "LIST":
            stack.append(list(self._marked()))
        elif name == "DICT":
            flat = self._marked()
            stack.append(dict(zip(flat[::2], flat[1::2], strict=True)))
        elif name == "APPEND":
            value = stack.pop()
            _extend(stack[-1], [value])
        elif name in {"APPENDS", "ADDITEMS"}:
            values = self._marked()
            _extend(stack[-1], values)
        elif name == "SETITEM":
            value, key = stack.pop(), stack.pop()
            _update(stack[-1], [key, value])
        elif name == "SETITEMS":
            flat = self._marked()
            _update(stack[-1], flat)
        elif name == "GLOBAL":
            module, _, word = str(argument).partition(" ")
            stack.append(Name(module, word))
        elif name == "STACK_GLOBAL":
            word, module = stack.pop(), stack.pop()
            stack.append(Name(str(module), str(word)))
        elif name in {"REDUCE", "NEWOBJ"}:
            arguments, kind = stack.pop(), stack.pop()
            stack.append(_made(self._file, kind, arguments))
        elif name == "NEWOBJ_EX":
            keywords, arguments, kind = stack.pop(), stack.pop(), stack.pop()
            stack.append(Instance(kind, (arguments, keywords)))
        elif name == "BUILD":
            state = stack.pop()
            if isinstance(stack[-1], Instance):
                stack[-1].state = state
        elif name in {"BINPERSID", "PERSID"}:
            stack.append(_persistent(stack.pop() if name == "BINPERSID" else argument))
        elif name == "POP":
            stack.pop()
        elif name == "POP_MARK":
            self._marked()
        elif name == "DUP":
            stack.append(stack[-1])
        else:
            raise damaged(self._file, f"its pickle uses {name}, which data does not need")

    def _marked(self) -> list[Any]:
        """What lies above the last mark; the mark goes, too."""
        for place in range(len(self._stack) - 1, -1, -1):
            if self._stack[place] is _MARK:
                values = self._stack[place + 1 :]
                del self._stack[place:]
                return values
        raise damaged(self._file, "its pickle")


_CONSTANTS: Mapping[str, Any] = {
    "NONE": lambda: None, "NEWTRUE": lambda: True, "NEWFALSE": lambda: False, "EMPTY_DICT": dict, "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple, "EMPTY_SET": list,
}  # fmt: skip
_LITERALS = {
    "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT", "STRING", "BINSTRING",
    "SHORT_BINSTRING", "UNICODE", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8", "BINBYTES", "SHORT_BINBYTES",
    "BINBYTES8",
}  # fmt: skip


def _made(file: str, kind: Any, arguments: Any) -> Any:
    """What calling a named thing gives: the few that hold data are read, every other one stays a name."""
    if kind in (Name("collections", "OrderedDict"), Name("builtins", "dict"), Name("__builtin__", "dict")):
        return {}
    if kind in (Name("builtins", "set"), Name("__builtin__", "set")):
        return list(arguments[0]) if arguments else []
    if isinstance(kind, Name) and kind.module == "torch._utils":
        if kind.name in {"_rebuild_tensor_v2", "_rebuild_tensor"}:
            storage, offset, shape, strides = arguments[:4]
            if not isinstance(storage, Storage):
                raise damaged(file, "a tensor without numbers")
            return Tensor(storage, int(offset), tuple(map(int, shape)), tuple(map(int, strides)))
        if kind.name in {"_rebuild_parameter", "_rebuild_parameter_with_state"}:
            return arguments[0]
    if not isinstance(kind, Name):
        raise damaged(file, "its pickle calls something that is no name")
    return Instance(kind, arguments)


def _persistent(key: Any) -> Storage:
    """("storage", type, key, place, count): where the numbers lay (a GPU, say) does not matter."""
    if not isinstance(key, tuple) or len(key) < 5 or key[0] != "storage":
        raise ValueError("an unknown reference")
    kind = key[1].name if isinstance(key[1], Name) else str(key[1])
    return Storage(kind, str(key[2]), int(key[4]))


def _extend(target: Any, values: list[Any]) -> None:
    if isinstance(target, list):
        target.extend(values)


def _update(target: Any, flat: list[Any]) -> None:
    pairs = zip(flat[::2], flat[1::2], strict=True)
    if isinstance(target, dict):
        target.update(pairs)
    elif isinstance(target, Instance):
        target.items.update(pairs)
