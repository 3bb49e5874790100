"""The operations as pure functions on one picture's arrays, each beside its derivative.

Every forward function returns `(y, kept)`: its result, and whatever its way back needs. The
derivative `…_backward(kept, dy, …)` receives dy, the gradient of the loss with respect to y,
and returns the gradient with respect to each argument. Nothing is hidden in between.

These forms are written to be read and taught from; `cnn_loupe.engine.fast` has the same operations for
whole batches in the forms that a processor likes, and the tests hold the two together.
"""
