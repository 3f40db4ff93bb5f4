"""Doors to the outside, and pure algorithms that serve agents."""
