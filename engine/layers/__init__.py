"""The layers: one frozen dataclass a kind, each tying an operation to its hyperparameters."""

from cnn_loupe.engine.layers.activation import LeakyReLU, ReLU, Sigmoid, Tanh
from cnn_loupe.engine.layers.base import Layer
from cnn_loupe.engine.layers.convolution import Conv2D
from cnn_loupe.engine.layers.linear import Dense, Flatten, Softmax
from cnn_loupe.engine.layers.normalisation import BatchNorm2D
from cnn_loupe.engine.layers.pooling import AvgPool2D, MaxPool2D

__all__ = [
    "AvgPool2D",
    "BatchNorm2D",
    "Conv2D",
    "Dense",
    "Flatten",
    "Layer",
    "LeakyReLU",
    "MaxPool2D",
    "ReLU",
    "Sigmoid",
    "Softmax",
    "Tanh",
]
