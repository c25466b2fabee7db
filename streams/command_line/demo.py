"""`orderstream demo`: the main job on a built-in broker."""

from __future__ import annotations

import click


@click.command("demo")
@click.option("--keep", is_flag=True, help="Leave it running until Ctrl-C.")
@click.pass_context
def command(ctx: click.Context, *, keep: bool) -> None:
    """Run the main job on a built-in broker; ends by itself."""
    from streams.demo import run

    ctx.exit(run(keep=keep) or 0)
