"""`orderstream normalize`: what a connector makes of one payload, for people who integrate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO, Final

import click

from connectors import cloudevent, feed
from connectors.delivery import Delivery, Quarantined, Source
from connectors.normalise import normalise
from connectors.registry import find
from streams.command_line.failure import WrongUse
from streams.command_line.output import binary_output, plain_line
from streams.command_line.source import source_named, source_of_file

_NOT_UNDERSTOOD: Final = 3
_FILE_BYTES_MAX: Final = 64 * 1024 * 1024
_CHANNEL_OF_EXAMPLE: Final = "example"


@click.command("normalize")
@click.option("--source", "name", help="Which connector; see `sources`.")
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The connector is what this mapping file describes.",
)
@click.option("--topic", default="", help="The vendor's name of the event.")
@click.option("--header", "headers", multiple=True, metavar="K=V", help="May repeat.")
@click.option("--account", help="TENANT/CHANNEL; default example/NAME.")
@click.option(
    "--secret-env",
    "secrets",
    multiple=True,
    metavar="VARIABLE",
    help="Verify the signature with the secret in this variable; may repeat.",
)
@click.option("--key-file", type=click.File("rb"), help="Certificate or key set to verify with.")
@click.argument("file", type=click.File("rb"))
@click.pass_context
def command(  # noqa: PLR0913 - one parameter an option
    ctx: click.Context,
    *,
    name: str | None,
    mapping: Path | None,
    topic: str,
    headers: tuple[str, ...],
    account: str | None,
    secrets: tuple[str, ...],
    key_file: BinaryIO | None,
    file: BinaryIO,
) -> None:
    """Turn a payload of a source into canonical facts, one JSON object a line.

    FILE is the payload as the vendor sent it, or a CloudEvent around it; `-` is standard input.
    What is not understood is one line that begins with "quarantined"; then exit status 3. A
    document that has to be fetched, because the payload only names it, begins with "wanted".

    With --secret-env or --key-file the signature in the headers must hold. A variable may also
    hold JSON as an entry of ORDERSTREAM_SIGNATURES does. `--header received_at=TIME` says when
    a payload that was kept was received.
    """
    source = _chosen(name, mapping)
    said = parse_headers(headers)
    body = file.read(_FILE_BYTES_MAX)
    record_headers = _record_headers(source, topic, account, said, body)
    read = feed.read(body, record_headers.items(), find=lambda name: _find(name, source))
    write = binary_output().write
    if isinstance(read, Quarantined):
        write(_quarantined(read))
        ctx.exit(_NOT_UNDERSTOOD)
    found, delivery = read
    if refused := _of_another(found, source) or _unsigned(source, delivery, secrets, key_file):
        write(_quarantined(refused))
        ctx.exit(_NOT_UNDERSTOOD)
    ctx.exit(_NOT_UNDERSTOOD if _print(source, delivery) else 0)


def _of_another(found: Source, source: Source) -> Quarantined | None:
    if found.name == source.name:
        return None
    reason = f"the CloudEvent is of another source than {source.name}"
    return Quarantined(reason=reason, field="source", value=found.name)


def _unsigned(
    source: Source, delivery: Delivery, secrets: tuple[str, ...], key_file: BinaryIO | None
) -> Quarantined | None:
    if not secrets and not key_file:
        return None
    from streams.command_line.verify import refuse  # its cryptography takes time to load

    return refuse(source, delivery, secrets, key_file)


def _chosen(name: str | None, mapping: Path | None) -> Source:
    if (name is None) == (mapping is None):
        raise WrongUse("--source or --mapping says which connector, one of them")
    return source_of_file(mapping) if mapping else source_named(name or "")


def _find(name: str, chosen: Source) -> Source | None:
    return chosen if name.strip().lower() == chosen.name else find(name)


def _print(source: Source, delivery: Delivery) -> int:
    """Print what the connector says; give the number of things not understood."""
    write = binary_output().write
    reading = normalise(source, delivery)
    for encoded in reading.encoded:
        write(encoded + b"\n")
    for quarantined in reading.quarantined:
        write(_quarantined(quarantined))
    for wanted in reading.wanted:
        said = asdict(wanted)
        write(plain_line({"wanted": said.pop("what"), **said}))
    if not (reading.facts or reading.quarantined or reading.wanted):
        write(plain_line({"ignored": reading.ignored or "nothing an order needs to know"}))
    return len(reading.quarantined)


def _quarantined(found: Quarantined) -> bytes:
    return plain_line(
        {"quarantined": found.field or "payload", "value": found.value, "reason": found.reason}
    )


def parse_headers(headers: tuple[str, ...]) -> dict[str, bytes]:
    """Read K=V or K: V into headers."""
    parsed: dict[str, bytes] = {}
    for header in headers:
        name, separator, value = header.partition("=")
        if not separator or not name.strip():
            raise WrongUse(f"--header {header!r} is not K=V")
        parsed[name.strip().lower()] = value.strip().encode(errors="surrogateescape")
    return parsed


def is_enveloped(body: bytes, headers: Mapping[str, bytes]) -> bool:
    """Say whether a payload says by itself where it comes from, as a CloudEvent does."""
    if any(name.startswith(cloudevent.BINARY_PREFIXES) for name in headers):
        return True
    return cloudevent.is_structured(body)


def _record_headers(
    source: Source, topic: str, account: str | None, said: Mapping[str, bytes], body: bytes
) -> dict[str, bytes]:
    """Give the headers of the record that a feed would carry."""
    if is_enveloped(body, said):
        return dict(said)
    return {**feed_headers(source, topic, account), **said}


def feed_headers(source: Source, topic: str, account: str | None) -> dict[str, bytes]:
    """Give the headers by which a feed record says where it comes from."""
    return {
        "source": source.name.encode(),
        "account": (account or f"{_CHANNEL_OF_EXAMPLE}/{source.name}").encode(),
        "topic": topic.encode(),
    }
