"""`orderstream topics`: every topic as the broker has it beside what was wanted."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import click

from streams.command_line.broker import run
from streams.command_line.failure import WrongUse
from streams.command_line.installation import read_settings
from streams.command_line.output import show_table
from streams.topic import topic_config, topic_states

if TYPE_CHECKING:
    from streams.settings import Settings
    from streams.topic import TopicState

_DAY_MS: Final = 86_400_000
_COLUMNS: Final = ("topic", "key", "partitions", "cleanup", "keeps", "state")


@click.command("topics")
@click.option("--create", is_flag=True, help="Make the topics that are missing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def command(*, create: bool, as_json: bool) -> None:
    """Show every topic with partitions, retention and compaction."""
    settings = read_settings()
    if create and settings.embedded:
        raise WrongUse("the built-in broker makes its topics by itself")
    states = run(partial(topic_states, create=create))
    show_table([_row(state, settings) for state in states], _COLUMNS, as_json=as_json)


def _row(state: TopicState, settings: Settings) -> dict[str, object]:
    config = topic_config(state.topic, settings)
    retention_ms = int(config.get("retention.ms", "-1"))
    keeps = f"{retention_ms // _DAY_MS} days" if retention_ms >= 0 else "for ever"
    compacted = config["cleanup.policy"] == "compact"
    return {
        "topic": state.topic.name,
        "key": state.topic.key,
        "partitions": state.partitions or state.partitions_wanted,
        "cleanup": config["cleanup.policy"],
        "keeps": "the last of each key" if compacted else keeps,
        "state": _state(state),
    }


def _state(state: TopicState) -> str:
    if state.created:
        return "created"
    if state.partitions is None:
        return "missing"
    return f"differs: settings say {state.partitions_wanted}" if state.differs else "there"
