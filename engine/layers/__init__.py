"""The layers: one frozen dataclass a kind, each tying an operation to its hyperparameters."""

from engine.layers.activation import LeakyReLU, ReLU, Sigmoid, Tanh
from engine.layers.base import Layer
from engine.layers.convolution import Conv2D
from engine.layers.linear import Dense, Flatten, Softmax
from engine.layers.normalisation import BatchNorm2D
from engine.layers.pooling import AvgPool2D, MaxPool2D

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
