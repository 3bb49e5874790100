"""The mathematics of CNN Loupe: convolutional networks in NumPy alone.

Nothing in here knows of HTTP, schemas or pages. Read it from the bottom up:

    errors, arrays       what can go wrong; the names of the array types
    windows, trace       where a window lies; what made one value
    ops                  each operation's forward pass beside its derivative
    layers, kinds        the operations as layers; their registry
    entries, spec        a model as data, checked before any array exists
    run, network         one forward pass with every activation kept; gradients
    fast, batch          the same mathematics in the forms that BLAS likes
    weights, zoo         models on disk; the models that ship with the program
"""
