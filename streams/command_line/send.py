"""`orderstream send`: source payloads onto the feed topics, as a shop would send them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, Final

import click

from connectors.cloudevent import ENVELOPE_BYTES_MAX
from connectors.feed import ACCOUNT
from connectors.page import split
from streams import topic as topics
from streams.command_line.broker import insist_on_topic, run, writer
from streams.command_line.failure import WrongUse
from streams.command_line.normalise import (
    feed_headers,
    is_enveloped,
    parse_headers,
)
from streams.command_line.output import show_table
from streams.command_line.source import source_named

if TYPE_CHECKING:
    from streams.settings import Settings

_FEEDS: Final = {
    "orders": topics.FEED_ORDERS,
    "payments": topics.FEED_PAYMENTS,
    "tracking": topics.FEED_TRACKING,
}

_FILE_BYTES_MAX: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class _Payload:
    file: str
    body: bytes
    headers: Sequence[tuple[str, bytes]]


@click.command("send")
@click.option("--source", "name", required=True, help="Which connector; see `sources`.")
@click.option("--account", help="TENANT/CHANNEL; default example/NAME.")
@click.option("--topic", default="", help="The vendor's name of the event.")
@click.option("--header", "headers", multiple=True, metavar="K=V", help="May repeat.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.argument("files", type=click.File("rb"), nargs=-1, required=True)
def command(
    *,
    name: str,
    account: str | None,
    topic: str,
    headers: tuple[str, ...],
    as_json: bool,
    files: tuple[BinaryIO, ...],
) -> None:
    """Put source payloads on the feed topics of a broker, and wait until they are safe there.

    A CloudEvent says by itself where it comes from: it is sent as it is. A page of a list that is
    larger than a body may be is sent as several.
    """
    source = source_named(name)
    if account is not None and not ACCOUNT.fullmatch(account):
        raise WrongUse(f"--account {account!r} is not TENANT/CHANNEL")
    said = parse_headers(headers)
    own = {"received_at": datetime.now(UTC).isoformat().encode()}
    own |= feed_headers(source, topic, account)
    payloads = []
    for file in files:
        body = file.read(_FILE_BYTES_MAX + 1)
        enveloped = is_enveloped(body, said)
        full = said if enveloped else {**own, **said}
        for part in [body] if enveloped else split(body):
            if len(part) > ENVELOPE_BYTES_MAX:
                raise WrongUse(f"{file.name}: over {ENVELOPE_BYTES_MAX} bytes in one piece")
            payloads.append(_Payload(file=file.name, body=part, headers=list(full.items())))
    sent = run(partial(_send, topic=_FEEDS[source.kind], payloads=payloads))
    show_table(sent, ("file", "topic", "partition", "offset"), as_json=as_json)


async def _send(
    settings: Settings, *, topic: str, payloads: Sequence[_Payload]
) -> list[dict[str, object]]:
    """Send all at once, then wait for each; one that fails ends the command."""
    async with writer(settings) as producer:
        await insist_on_topic(producer, topic)
        futures = [
            await producer.send(topic, payload.body, headers=payload.headers)
            for payload in payloads
        ]
        places = [await future for future in futures]
    return [
        {
            "file": payload.file,
            "topic": place.topic,
            "partition": place.partition,
            "offset": place.offset,
        }
        for payload, place in zip(payloads, places, strict=True)
    ]
