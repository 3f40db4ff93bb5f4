"""How the shipped reader was trained; run from the repository root, not part of the wheel."""
