"""Two lines of a person's own framework that write expected.npz: an input of noise, the output, and what of the layers
the framework gives under names of the file."""

from __future__ import annotations

from collections.abc import Sequence

from cnn_loupe.engine.arrays import Shape

_KERAS = (
    "import numpy as np, keras; model = keras.models.load_model(FILE); "
    'x = np.random.rand(*model.input_shape[1:]).astype("float32")',
    "values = keras.Model(model.inputs, [*(layer.output for layer in model.layers), *model.outputs]).predict(x[None]); "
    'np.savez("expected.npz", input=x, output=values[len(model.layers)][0], '
    "**{layer.name: value[0] for layer, value in zip(model.layers, values)})",
)
_ONNX = (
    "import numpy as np, onnxruntime as rt; s = rt.InferenceSession(FILE); i = s.get_inputs()[0]; "
    'x = np.random.rand(*[n if isinstance(n, int) else 1 for n in i.shape]).astype("float32")',
    'np.savez("expected.npz", input=x[0], output=s.run(None, {i.name: x})[0][0])',
)
# `model` is what the person has loaded; a module's value is kept under the name that its weights have in the file.
_TORCH = (
    "import numpy as np, torch; x, v = torch.rand(1, *SHAPE), {}; "
    "[m.register_forward_hook(lambda _, __, y, n=n: v.update({n: y[0].detach()})) "
    "for n, m in model.eval().named_modules() if n in NAMES]",
    'np.savez("expected.npz", output=model(x)[0].detach(), input=x[0], **v)',
)
_TFLITE = (
    "import numpy as np, tensorflow as tf; t = tf.lite.Interpreter(FILE); t.allocate_tensors(); "
    "i, o = t.get_input_details()[0], t.get_output_details()[0]; "
    'x = np.random.rand(*i["shape"]).astype("float32")',
    't.set_tensor(i["index"], x); t.invoke(); np.savez("expected.npz", input=x[0], output=t.get_tensor(o["index"])[0])',
)
_LAYERS_OF_TFJS = (
    "import numpy as np, tensorflowjs as tfjs; model = tfjs.converters.load_keras_model(FILE); "
    "x = np.random.rand(*SHAPE)",
    'np.savez("expected.npz", input=x, output=model.predict(x[None])[0])',
)
_ANY = (
    "# Where the model is used, write one input and its output:",
    'import numpy as np; np.savez("expected.npz", input=x, output=y)',
)
# By the kind of the file, and by the vocabulary in it where one kind has two.
_LINES = {
    ("h5", "keras"): _KERAS,
    ("keras", "keras"): _KERAS,
    ("onnx", "onnx"): _ONNX,
    ("torch", "torch"): _TORCH,
    ("tflite", "tflite"): _TFLITE,
    ("tfjs", "keras"): _LAYERS_OF_TFJS,
}
# Names that the arrays of expected.npz have already.
_TAKEN = ("input", "output")


def snippet(kind: str, vocabulary: str, file: str, shape: Shape, names: Sequence[str]) -> str:
    """The lines for a file of this kind whose input is (C, H, W) and whose layers with weights have these names."""
    channels, height, width = shape
    theirs = (channels, height, width) if kind == "torch" else (height, width, channels)
    asked = [name for name in dict.fromkeys(names) if name not in _TAKEN]
    lines = "\n".join(_LINES.get((kind, vocabulary), _ANY))
    return lines.replace("FILE", repr(file)).replace("SHAPE", str(theirs)).replace("NAMES", repr(asked))
