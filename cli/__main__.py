"""``python -m cli``: the ``quaestor`` command."""

from cli.main import app

app(prog_name="quaestor")
