"""What the embedded Postgres is told: its settings and whom it admits. Pure text."""

from collections.abc import Sequence
from pathlib import Path

_SETTINGS = """\
# Written at every start. Lasting changes belong in ALTER SYSTEM.
listen_addresses = ''
port = {port}
cluster_name = '{name}'
unix_socket_directories = '{sockets}'
unix_socket_permissions = {mode}
max_connections = 60
shared_buffers = 128MB
max_wal_size = 512MB
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
# The log is for operators: no statements and no row contents, which would be document text.
log_min_error_statement = panic
log_error_verbosity = terse
"""
# What is committed survives a killed server, not a machine that loses power.
_FAST_SETTINGS = "fsync = off\nfull_page_writes = off\n"


def settings_files(
    *,
    name: str,
    sockets: Path,
    port: int,
    admitted: str,
    roles: Sequence[str],
    same_user: bool,
    fast: bool,
) -> dict[str, str]:
    """Contents by file name. Only the user ``admitted`` of this machine may be any of ``roles``;
    when the server runs as another user, the socket is open and the kernel's word decides."""
    settings = _SETTINGS.format(
        port=port,
        name=name,
        sockets=str(sockets).replace("'", "''"),
        mode="0700" if same_user else "0777",
    )
    return {
        "postgresql.conf": settings + (_FAST_SETTINGS if fast else ""),
        "pg_hba.conf": "local all all peer map=quaestor\n",
        "pg_ident.conf": "".join(f'quaestor "{admitted}" {role}\n' for role in roles),
    }
