"""Pictures in, arrays out: reading one picture, a labelled folder, and batches for training."""
