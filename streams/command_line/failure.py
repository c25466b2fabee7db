"""How a command gives up: one line on standard error and an exit status."""

from __future__ import annotations

import click


class WrongUse(click.ClickException):
    """The operator asked for something that cannot be; exit status 2."""

    exit_code = 2

    def show(self, file: object = None) -> None:  # noqa: ARG002 - click's signature
        """Print one line."""
        click.echo(f"orderstream: {' '.join(self.format_message().split())}", err=True)


class NoGood(WrongUse):
    """What was asked for is right and did not work out: no broker, no such order."""

    exit_code = 1
