"""One module per command: its options, and what it does in a few named steps."""
