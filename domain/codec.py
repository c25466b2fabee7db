"""Bytes: records of the log and messages as JSON, the state as MessagePack arrays.

Readers accept every released `schema`; unknown fields are passed over, missing ones defaulted.
"""

from typing import Final

import msgspec

from domain.command import Record
from domain.message import Message, Snapshot
from domain.order import Order

_record: Final[msgspec.json.Decoder[Record]] = msgspec.json.Decoder(Record)
_order: Final = msgspec.msgpack.Decoder(Order)
_json: Final = msgspec.json.Encoder()
_sorted_json: Final = msgspec.json.Encoder(order="deterministic")
_pack: Final = msgspec.msgpack.Encoder()


def decode_record(value: bytes) -> Record:
    """Read a fact, command or verdict; raises msgspec.DecodeError or msgspec.ValidationError."""
    return _record.decode(value)


def encode_record(record: Record) -> bytes:
    """Write a fact, command or verdict."""
    return _json.encode(record)


def encode_message(message: Message | Snapshot) -> bytes:
    """Write an output: equal ones are equal bytes.

    A message's maps are always made in one order; a snapshot's are sorted, theirs is the order
    of arrival.
    """
    return (_sorted_json if type(message) is Snapshot else _json).encode(message)


def decode_order(value: bytes | memoryview) -> Order:
    """Read a state; raises msgspec.DecodeError or msgspec.ValidationError."""
    return _order.decode(value)


def encode_order(order: Order) -> bytes:
    """Write a state."""
    return _pack.encode(order)
