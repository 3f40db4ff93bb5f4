"""Building: documents become verified memories."""

from graphs.building.start import BuildResult, build_memories

__all__ = ["BuildResult", "build_memories"]
