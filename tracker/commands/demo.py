"""`flask demo load`: a fictional region in the middle of an outage."""

from __future__ import annotations

import click
from flask.cli import AppGroup

demo = AppGroup("demo", help="A fictional region to try things out on.")


@demo.command("load")
def load() -> None:
    """Fill an empty database with a fictional region at work in an outage, and print its accounts."""
    raise click.ClickException("not written yet")
