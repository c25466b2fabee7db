"""Bytes: records of the log and messages as JSON, the state as MessagePack arrays.

Readers accept every released `schema`; unknown fields are passed over, missing ones defaulted.
"""

from typing import Final

import msgspec

from domain.command import Record
from domain.order import Order

_record: Final = msgspec.json.Decoder(Record)
_order: Final = msgspec.msgpack.Decoder(Order)
_json: Final = msgspec.json.Encoder(order="deterministic")
_fast_json: Final = msgspec.json.Encoder()
_pack: Final = msgspec.msgpack.Encoder()


def decode_record(value: bytes) -> Record:
    """Read a fact, command or verdict; raises msgspec.DecodeError or msgspec.ValidationError."""
    return _record.decode(value)


def encode_record(record: Record) -> bytes:
    """Write a fact, command or verdict."""
    return _fast_json.encode(record)


def encode_message(message: msgspec.Struct) -> bytes:
    """Write an output; maps are sorted, so equal messages are equal bytes."""
    return _json.encode(message)


def decode_order(value: bytes) -> Order:
    """Read a state; raises msgspec.DecodeError or msgspec.ValidationError."""
    return _order.decode(value)


def encode_order(order: Order) -> bytes:
    """Write a state."""
    return _pack.encode(order)
