"""Keras: a configuration in JSON, and weights in HDF5 (`.h5`) or in HDF5 inside a zip archive (`.keras`).

Read from Keras 1.1 to 3. What decides is the content: a `.keras` that is HDF5 inside is read as HDF5. Layers are only
named here: nothing of a file becomes a Python object, and the code that Lambda layers carry is not decoded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from cnn_loupe.engine.errors import FileError
from cnn_loupe.engine.files import hdf5
from cnn_loupe.engine.files.bounded import Archive
from cnn_loupe.engine.files.foreign import Files, ForeignGraph, damaged, finite, short
from cnn_loupe.engine.files.keras_config import Config, Layer, graph_of
from cnn_loupe.engine.files.plain_json import parse

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"

# The order in which a class keeps its weights, for files that number them.
ORDER: Mapping[str, tuple[str, ...]] = {
    "BatchNormalization": ("gamma", "beta", "moving_mean", "moving_variance"),
    "SeparableConv2D": ("depthwise_kernel", "pointwise_kernel", "bias"),
    "DepthwiseConv2D": ("depthwise_kernel", "bias"),
    "PReLU": ("alpha",),
    "LeakyReLU": (),
    "LayerNormalization": ("gamma", "beta"),
    "GroupNormalization": ("gamma", "beta"),
    "LayerScale": ("gamma",),
    "Normalization": ("mean", "variance", "count"),
}
_USUAL = ("kernel", "bias")
# What a batch normalisation leaves out, by its configuration.
_OPTIONAL = {"gamma": "scale", "beta": "center", "bias": "use_bias"}

Loader = Callable[[Layer], Mapping[str, np.ndarray[Any, Any]]]


def read_h5(name: str, files: Files) -> ForeignGraph:
    """A whole model that `model.save("….h5")` wrote."""
    file = hdf5.File(name, files[name])
    attributes = file.root.attributes
    if "model_config" not in attributes:
        if "layer_names" in attributes or "layers" in file.root or "_layer_checkpoint_dependencies" in file.root:
            raise _weights_only(name)
        raise FileError(
            "file_not_keras",
            f"{name} is an HDF5 file and holds no Keras model; save the whole network with model.save(…)",
            file=name,
        )
    version = str(attributes.get("keras_version", "")).strip()
    weights: hdf5.Group | hdf5.Dataset = file.root
    if "model_weights" in file.root:
        weights = file.root["model_weights"]
    if not isinstance(weights, hdf5.Group):
        raise damaged(name, "its weights are no group")
    config = parse(name, str(attributes["model_config"]), "model_config")
    told = {key: value for key, value in attributes.items() if isinstance(value, str) and key != "model_config"}
    return graph_of(name, config, f"Keras {version}".strip(), _by_group(name, weights), told)


def read_archive(name: str, files: Files) -> ForeignGraph:
    """A whole model that `model.save("….keras")` wrote."""
    archive = Archive(name, files[name])
    if CONFIG not in archive.names:
        raise damaged(name, f"there is no {CONFIG} in it")
    if WEIGHTS not in archive.names:
        raise FileError(
            "file_without_weights",
            f"{name} holds a configuration and no weights ({WEIGHTS} is missing); save the network again with "
            "model.save(…)",
            file=name,
        )
    config = parse(name, archive.read(CONFIG).decode("utf-8", "replace"), CONFIG)
    metadata = (
        parse(name, archive.read(METADATA).decode("utf-8", "replace"), METADATA) if METADATA in archive.names else {}
    )
    told = metadata if isinstance(metadata, Mapping) else {}
    version = str(told.get("keras_version", ""))
    root = hdf5.File(f"{name}/{WEIGHTS}", archive.read(WEIGHTS)).root
    return graph_of(name, config, f"Keras {version}".strip(), _numbered(name, root, config), told)


def _weights_only(name: str) -> FileError:
    return FileError(
        "file_weights_only",
        f"{name} holds weights only, as model.save_weights(…) writes them, and not the network that they belong to; "
        f"save both with model.save(…)",
        file=name,
    )


def named_weights(pairs: Sequence[tuple[str, np.ndarray[Any, Any]]], layer: Layer) -> dict[str, np.ndarray[Any, Any]]:
    """Weights of one layer under Keras's own short names (`kernel`, `moving_mean`), whatever version named them."""
    found = {_short_name(name): tensor for name, tensor in pairs}
    order = expected_names(layer)
    if not set(found) & {*order, "kernel", "pointwise_kernel", "alpha"} and len(found) == len(order):
        return dict(zip(order, (tensor for _, tensor in pairs), strict=True))
    if layer.kind == "DepthwiseConv2D" and "kernel" in found:  # Keras 3's word
        found["depthwise_kernel"] = found.pop("kernel")
    return found


def expected_names(layer: Layer) -> tuple[str, ...]:
    """The weights that a layer of this class and configuration has, in Keras's order."""
    names = ORDER.get(layer.kind, _USUAL)
    return tuple(n for n in names if n not in _OPTIONAL or layer.config.get(_OPTIONAL[n], True))


def _short_name(name: str) -> str:
    """`kernel` of `conv2d_1/kernel:0`; Keras 1 wrote `convolution2d_1_W:0`."""
    last = name.rsplit("/", 1)[-1].split(":", 1)[0]
    for pattern, word in (
        (r"(.*_)?W$", "kernel"), (r"(.*_)?b$", "bias"), (r"(.*_)?gamma(_\d+)?$", "gamma"),
        (r"(.*_)?beta(_\d+)?$", "beta"),
        (r"(.*_)?running_mean$", "moving_mean"), (r"(.*_)?running_std$", "moving_variance"),
        (r"(.*_)?alphas?$", "alpha"),
    ):  # fmt: skip
        if re.fullmatch(pattern, last):
            return word
    return (
        re.sub(r"_\d+$", "", last)
        if re.fullmatch(r"(kernel|bias|moving_mean|moving_variance|\w+_kernel)_\d+", last)
        else last
    )


# Weights of `.h5`: a group for each layer of the outermost model, weights by name inside.


def _by_group(file: str, weights: hdf5.Group) -> Loader:
    # Of each outermost layer, its weights in order; those of a nested model also by the layer that owns them.
    tables: dict[str, dict[str | None, list[tuple[str, hdf5.Dataset]]]] = {}

    def load(layer: Layer) -> Mapping[str, np.ndarray[Any, Any]]:
        top = layer.path[0]
        if top not in weights.links:
            return {}
        if top not in tables:
            tables[top] = {None: _in_order(weights[top])}
            for path, dataset in tables[top][None]:
                tables[top].setdefault(_owner(path), []).append((path, dataset))
        own = tables[top].get(None if len(layer.path) == 1 else layer.path[-1], [])
        pairs = [(path, finite(file, f"{layer.name}/{path}", dataset.read())) for path, dataset in own]
        return named_weights(pairs, layer)

    return load


def _owner(path: str) -> str:
    """The layer that a weight of a nested model belongs to: `Conv1` of `model_1/Conv1/kernel:0`."""
    parts = path.split("/")
    return parts[-2] if len(parts) > 1 else ""


def _in_order(group: hdf5.Group | hdf5.Dataset) -> list[tuple[str, hdf5.Dataset]]:
    """In the order of the group's attribute `weight_names`, which counts where weights have no telling names."""
    if not isinstance(group, hdf5.Group):
        return []
    listed = group.attributes.get("weight_names", ())
    places = {str(name): i for i, name in enumerate(np.ravel(np.asarray(listed, dtype=object)))}
    return sorted(group.datasets(), key=lambda pair: places.get(pair[0], len(places)))


# Weights of `.keras`: numbered variables below the layers' names.


def _numbered(file: str, root: hdf5.Group, config: Config) -> Loader:
    def load(layer: Layer) -> Mapping[str, np.ndarray[Any, Any]]:
        group = _group_of(root, layer)
        if group is None or "vars" not in group:
            return {}
        variables = group["vars"]
        if not isinstance(variables, hdf5.Group):
            return {}
        tensors = []
        for key in sorted(variables.links, key=lambda k: int(k) if k.isdigit() else 10**9):
            found = variables[key]
            if isinstance(found, hdf5.Dataset):
                tensors.append(finite(file, f"{layer.name}/{key}", found.read()))
        if not tensors:
            return {}
        names = expected_names(layer)
        if len(tensors) < len(names) and (layer.kind in ORDER or "use_bias" in layer.config):
            raise damaged(file, f"the layer {short(layer.name)} has {len(tensors)} of {len(names)} weights")
        return dict(zip(names, tensors, strict=False))

    return load


def _group_of(root: hdf5.Group, layer: Layer) -> hdf5.Group | None:
    """The group of a layer: inside `layers`, by the count of its class (`conv2d_1`) or, in some versions, its name."""
    group: hdf5.Group | None = root
    for name, counted in zip(layer.path, layer.counted, strict=True):
        assert group is not None
        folder = next((f for f in ("layers", "_layer_checkpoint_dependencies") if f in group), None)
        # Archives from Windows: one group called `layers\\conv2d`.
        choices = [f"{folder}/{key}" for key in (counted, name)] if folder else []
        backslash = [
            f"{prefix}\\{key}" for prefix in ("layers", "_layer_checkpoint_dependencies") for key in (counted, name)
        ]
        inside = [c for c in choices if c in group]
        if not inside and backslash:
            inside = [c for c in backslash if c in group.links]
        if not inside:
            return None
        found = group.member(inside[0]) if inside[0] in group.links else group[inside[0]]
        if not isinstance(found, hdf5.Group):
            return None
        group = found
    return group
