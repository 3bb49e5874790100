"""The operations again, for whole batches, in the forms that a processor likes.

`cnn_loupe.engine.layers` is written to be read and taught from; this package is what training and long
evaluations run on. Both compute the same (the tests hold them together to 1e-5), and the
mathematics is explained there, only there. What differs here is where numbers lie:

- Maps of a block of n pictures are one array (H, C, n, W): first the row, then the channel.
  All channels of K rows below each other are then one contiguous matrix, so that a convolution
  is one small matrix product for each output row, written straight into the next layer's
  layout, and only the K horizontal shifts of a kernel cost a copy (`cnn_loupe.engine.fast.convolution`).
- A block is a few pictures, so that what one layer writes is still in the cache when the next
  one reads it.
- Buffers belong to their step and are used again: nothing is allocated inside the loop.

docs/engine.md has the measurements behind these choices.
"""
