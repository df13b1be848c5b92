"""The command line: `flask unit`, `flask user`, `flask token`, `flask demo`, `flask audit`, `flask tls`.

All work on the same database as the server, also while it serves.
"""

from __future__ import annotations

from flask import Flask

from tracker.commands import account, audit, demo, tls


def register(app: Flask) -> None:
    app.cli.add_command(account.unit)
    app.cli.add_command(account.user)
    app.cli.add_command(account.token)
    app.cli.add_command(audit.audit)
    app.cli.add_command(demo.demo)
    app.cli.add_command(tls.tls)
