"""How a command ends badly: one line on standard error and an exit code."""


class CommandFailed(Exception):
    """The command could not do what was asked."""

    exit_code = 1


class UsageFailed(CommandFailed):
    """The command was asked for something that makes no sense."""

    exit_code = 2


class ServerUnreachable(CommandFailed):
    """No server answers."""

    exit_code = 3
    away = True
    """A later try may find it."""
