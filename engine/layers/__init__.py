"""The layers: one file a family, holding operation, derivative and layer together.

A new kind is one class in the file of its family: the registry (`cnn_loupe.engine.kinds`) finds it
there. Exported here are the classes that other modules name. Functions and classes are pure:
every forward function returns `(y, cache)`, its result and whatever its way back needs; the
derivative `…_backward(cache, dy, …)` gets dy, the gradient of the loss with respect to y, and
returns the gradient with respect to each argument. Nothing is hidden in between.

These forms are written to be read and taught from; `cnn_loupe.engine.fast` has the same operations
for whole batches in the forms that a processor likes, and the tests hold the two together.
"""

from cnn_loupe.engine.layers.activation import Activation as Activation
from cnn_loupe.engine.layers.activation import Clip as Clip
from cnn_loupe.engine.layers.activation import LeakyReLU as LeakyReLU
from cnn_loupe.engine.layers.activation import ReLU as ReLU
from cnn_loupe.engine.layers.activation import Sigmoid as Sigmoid
from cnn_loupe.engine.layers.activation import Tanh as Tanh
from cnn_loupe.engine.layers.base import Layer as Layer
from cnn_loupe.engine.layers.base import UnaryLayer as UnaryLayer
from cnn_loupe.engine.layers.convolution import Conv2D as Conv2D
from cnn_loupe.engine.layers.dense import Dense as Dense
from cnn_loupe.engine.layers.joins import Add as Add
from cnn_loupe.engine.layers.joins import Concat as Concat
from cnn_loupe.engine.layers.joins import Join as Join
from cnn_loupe.engine.layers.joins import Multiply as Multiply
from cnn_loupe.engine.layers.normalisation import BatchNorm as BatchNorm
from cnn_loupe.engine.layers.normalisation import BatchNorm2D as BatchNorm2D
from cnn_loupe.engine.layers.pooling import AvgPool2D as AvgPool2D
from cnn_loupe.engine.layers.pooling import MaxPool2D as MaxPool2D
from cnn_loupe.engine.layers.pooling import Pool2D as Pool2D
from cnn_loupe.engine.layers.reshape import Flatten as Flatten
from cnn_loupe.engine.layers.softmax import Softmax as Softmax
from cnn_loupe.engine.layers.standardise import GroupNorm as GroupNorm
from cnn_loupe.engine.layers.standardise import LayerNorm as LayerNorm
from cnn_loupe.engine.layers.transposed import ConvTranspose2D as ConvTranspose2D
