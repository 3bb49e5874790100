// @ts-check
/**
 * Few lines of the person's own framework that write expected.npz: an input of noise, the output, and every layer that
 * the framework gives by a name of the file.
 */

/**
 * @param {import("../../api/own.js").Report} report @param {{ input: { shape: number[] } }} description
 * @returns {string} Python
 */
export function snippetFor({ format, files, layers }, { input: { shape } }) {
  const [channels, height, width] = shape;
  const file = Object.keys(files).find((name) => !/\.(?:data|bin|txt)$/i.test(name)) ?? "model";
  const name = JSON.stringify(file);
  if (format === "keras") {
    return [
      `import numpy as np, keras; model = keras.models.load_model(${name}); x = np.random.rand(*model.input_shape[1:]).astype("float32")`,
      "values = keras.Model(model.inputs, [layer.output for layer in model.layers])(x[None])",
      'np.savez("expected.npz", input=x, output=model(x[None])[0], **{layer.name: np.array(value)[0] for layer, value in zip(model.layers, values)})',
    ].join("\n");
  }
  if (format === "onnx") {
    return [
      `import numpy as np, onnxruntime as rt; s = rt.InferenceSession(${name}); i = s.get_inputs()[0]; x = np.random.rand(*[n if isinstance(n, int) else 1 for n in i.shape]).astype("float32")`,
      'np.savez("expected.npz", input=x[0], output=s.run(None, {i.name: x})[0][0])',
    ].join("\n");
  }
  if (format === "torch") {
    const modules = layers
      .filter(({ parameters }) => parameters > 0)
      .map(({ origin }) => origin[0])
      .filter(Boolean);
    return [
      `import numpy as np, torch; x, values = torch.rand(1, ${channels}, ${height}, ${width}), {}`,
      ...(modules.length
        ? [
            "for name, module in model.eval().named_modules():",
            '    module.register_forward_hook(lambda _, __, y, name=name: values.update({name or "output": y[0].detach()}))',
          ]
        : []),
      "output = model.eval()(x)[0].detach()",
      'np.savez("expected.npz", **values | {"input": x[0], "output": output})',
    ].join("\n");
  }
  if (format === "tflite") {
    return [
      `import numpy as np, tensorflow as tf; t = tf.lite.Interpreter(${name}); t.allocate_tensors(); i, o = t.get_input_details()[0], t.get_output_details()[0]`,
      'x = np.random.rand(*i["shape"]).astype("float32"); t.set_tensor(i["index"], x); t.invoke(); np.savez("expected.npz", input=x[0], output=t.get_tensor(o["index"])[0])',
    ].join("\n");
  }
  return [
    "# In the page or program that uses the model, write its input and output as arrays named input and output:",
    'import numpy as np; np.savez("expected.npz", input=x, output=y)',
  ].join("\n");
}
