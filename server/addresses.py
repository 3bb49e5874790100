"""The choices that the page's address knows (static/js/state/address.js), for whoever checks one here."""

# By name, as in static/js/elements/views/registry.js (a test compares).
VIEWS = ("neuron", "microscope", "activation", "pooling", "flatten", "output", "softmax", "pixels", "values")
SCALES = ("unit", "layer", "module", "network")
ORDERS = ("class", "score")
SWITCH = ("0", "1")
