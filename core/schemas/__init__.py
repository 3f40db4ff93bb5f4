"""Frozen schemas, one file per noun. Their module paths stand in checkpoints, so they are data."""
