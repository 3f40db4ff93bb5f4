"""The quaestor command."""
