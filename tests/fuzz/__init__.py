"""Hostile requests by the thousand: `make fuzz REQUESTS=100000 SEED=1`."""
