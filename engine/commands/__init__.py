"""The engine's commands: train, evaluate, predict, describe, import, inspect, run."""
