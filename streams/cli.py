"""The command `orderstream`: which commands there are; each loads what it needs when it is called.

Exit status: 0 done, 1 what was asked for did not come out well (a difference, no broker), 2 wrong
use, 3 input not understood, 70 internal surprise.
"""

from __future__ import annotations

import os
import traceback
from importlib import import_module
from typing import Final

import click

_COMMANDS: Final = {
    "demo": ("demo", "Run the main job on a built-in broker; ends by itself."),
    "worker": ("worker", "Run one worker on a real broker."),
    "topics": ("topics", "Show every topic; with --create make those that are missing."),
    "settings": ("settings", "Show every setting with its value and meaning."),
    "sources": ("sources", "List the connectors."),
    "normalize": ("normalise", "Turn a source's payload into canonical facts; no broker."),
    "replay": ("replay", "Play canonical facts and commands through; no broker."),
    "send": ("send", "Put source payloads on the feed topics of a broker."),
    "order": ("order", "Show one order as the system sees it."),
    "orders": ("orders", "List orders of the view: filter, sort, search."),
    "timeline": ("timeline", "Show what happened to one order."),
    "dead-letters": ("dead_letters", "Look at what could not be processed; send it again."),
    "rebuild": ("rebuild", "Build state again from the order log and compare; or the view."),
    "erase": ("erase", "Erase a customer from the view; every status stays."),
    "migrate": ("migrate", "Make the view's tables or bring them up to date."),
}
"""Command: the module of `streams.command_line` whose `command` it is, and one line of help."""


class _Commands(click.Group):
    """Loads a command's module when the command is called, so the others cost nothing."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module = import_module(f"streams.command_line.{_COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in _COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, people get one line
            if os.environ.get("ORDERSTREAM_DEBUG") == "1":
                click.echo(traceback.format_exc(), err=True)
            text = " ".join(f"{type(error).__name__}: {error}".split())
            click.echo(f"orderstream: internal: {text} (ORDERSTREAM_DEBUG=1 says where)", err=True)
            ctx.exit(70)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="orderstream")
def main() -> None:
    """Order feeds of any shop in, order status and notifications out, exactly once, on Kafka.

    Exit status: 0 done, 1 no good outcome, 2 wrong use, 3 input not understood, 70 internal
    surprise.
    """


if __name__ == "__main__":
    main()
