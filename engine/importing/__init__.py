"""A model of ours from a file of somebody else's.

    axes         what the sides of a file's tensor mean: batch, channel, row, column
    draft        the model under construction: layers, parameters, names, notes, problems
    folding      what the file computes of constants alone
    registry     converters by format, operation and version
    shapes       transposing, reshaping, squeezing, flattening: what vanishes and what becomes a layer
    arithmetic   sums, products and joins of values and constants
    common       steps that several vocabularies have
    inputs       which side of a file's input is the height, which the channels
    windows      the padding of convolutions and pools, as four sides
    onnx, keras, keras_functions, keras_ops, tensorflow, torch     the vocabularies, each translated to layers
    labels, preparation                the names of the classes; how pictures are made ready
    model        all of it: files in, description, parameters and report out

A converter never guesses silently: whatever is folded, renamed, added or left out is noted, and everything that
stands in the way is collected, so that a person learns of all problems at once.
"""
