"""Training: recipes, optimisers, the loop, checkpoints, and what a model keeps of it."""
