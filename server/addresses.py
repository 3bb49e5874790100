"""The choices that the page's address knows (static/js/state/address.js), for whoever checks one here."""

# By name, as in static/js/features/views/registry.js (a test compares).
VIEWS = ("neuron", "microscope", "activation", "pooling", "flatten", "output", "softmax", "pixels", "values")
SCALES = ("unit", "layer", "module", "network")
ORDERS = ("class", "score")
SWITCH = ("0", "1")
# What a class sees in presentation mode, as in static/js/state/present.js (a test compares).
PRESENTED = (
    "caption", "spotlight", "keys",
    "answer", "inspector", "learn",
    "model", "pictures", "tools", "scale", "details", "language", "theme", "menu",
    "layers", "picker", "playback", "explanation",
)  # fmt: skip
