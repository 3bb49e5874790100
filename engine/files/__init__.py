"""Model files of other programs, read into their own vocabulary.

    foreign      what every reader gives: nodes, values, tensors, exactly as the file has them
    content      which format these bytes are, whatever their name says
    bounded      zip archives and byte buffers that never give more than was asked for
    protobuf     the wire format below ONNX          onnx     .onnx, with .onnx.data beside it
    hdf5         the container below Keras           keras    .h5 and .keras
    tfjs         model.json with its shards          tflite   .tflite (FlatBuffers)
    torch        .pt and .pth: tensors and plain modules, without unpickling

Bytes come in and plain data goes out. Nothing in a file is executed or imported, nothing is opened but the bytes
that were given, and every size is checked against the bytes that are there before memory is asked for.
`cnn_loupe.engine.importing` makes a model of what the readers give; readers know nothing of layers.
"""
