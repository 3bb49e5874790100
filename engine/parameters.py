"""A model's learnt numbers: checked against its description before anything uses them."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from cnn_loupe.engine.arrays import REAL, Array, Parameters, float_copy, shape_text
from cnn_loupe.engine.errors import WeightsError
from cnn_loupe.engine.spec import ModelSpec


def checked_parameters(spec: ModelSpec, parameters: Parameters) -> Parameters:
    """Read-only float32 copies of exactly the parameters that the model needs, in its order.

    Raises WeightsError where one is missing, unknown, of the wrong shape, or not finite.
    """
    expected = spec.parameter_shapes
    missing = [name for name in expected if name not in parameters]
    unknown = [name for name in parameters if name not in expected]
    if missing or unknown:
        parts = [f"lack {', '.join(missing)}"] * bool(missing)
        parts += [f"hold {', '.join(unknown)}, which it does not have"] * bool(unknown)
        raise WeightsError(
            "parameter_names_differ",
            f"{spec.id}: the weights {' and '.join(parts)}; they must be exactly those of the description's layers",
            model=spec.id,
            missing=missing,
            unknown=unknown,
        )
    return MappingProxyType({name: _checked(spec, name, parameters[name]) for name in expected})


def _checked(spec: ModelSpec, name: str, given: Array) -> Array:
    value, shape = np.asarray(given), spec.parameter_shapes[name]
    if value.dtype.kind not in REAL:
        raise WeightsError(
            "parameter_not_numbers",
            f"{name} holds {value.dtype}; every weight must be a real number",
            parameter=name,
            dtype=str(value.dtype),
        )
    if value.shape != shape:
        raise WeightsError(
            "parameter_wrong_shape",
            f"{name} is {shape_text(value.shape) or 'a single number'}; "
            f"the description's layers need {shape_text(shape)}",
            parameter=name,
            shape=list(value.shape),
            expected=list(shape),
        )
    copy = float_copy(value)
    if not np.isfinite(copy).all():
        raise WeightsError(
            "parameter_not_finite",
            f"{name} holds values that are not finite numbers; every weight must be one",
            parameter=name,
        )
    copy.flags.writeable = False
    return copy
