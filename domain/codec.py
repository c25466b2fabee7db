"""Bytes: records of the log and messages as JSON, the state as MessagePack arrays.

Readers accept every released `schema`; unknown fields are passed over, missing ones defaulted.
"""

from typing import Final

import msgspec

from domain.command import Record
from domain.envelope import Envelope
from domain.message import Message, Snapshot
from domain.order import Order
from domain.stock_book import Claim
from domain.stock_fact import StockRecord
from domain.stock_level import StockNow
from domain.stock_state import Stock

_record: Final[msgspec.json.Decoder[Record]] = msgspec.json.Decoder(Record)
_stock_record: Final[msgspec.json.Decoder[StockRecord]] = msgspec.json.Decoder(StockRecord)
_order: Final = msgspec.msgpack.Decoder(Order)
_stock: Final = msgspec.msgpack.Decoder(Stock)
_claim: Final = msgspec.msgpack.Decoder(Claim)
_json: Final = msgspec.json.Encoder()
_sorted_json: Final = msgspec.json.Encoder(order="deterministic")
_pack: Final = msgspec.msgpack.Encoder()


def decode_record(value: bytes) -> Record:
    """Read a fact, command or verdict; raises msgspec.DecodeError or msgspec.ValidationError."""
    return _record.decode(value)


def decode_stock_record(value: bytes) -> StockRecord:
    """Read a record of a stock's log; raises as `decode_record`."""
    return _stock_record.decode(value)


def encode_record(record: Envelope) -> bytes:
    """Write a fact, command or verdict."""
    return _json.encode(record)


def encode_message(message: Message | Snapshot | StockNow) -> bytes:
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


def decode_stock(value: bytes | memoryview) -> Stock:
    """Read the state of a stock; raises as `decode_order`."""
    return _stock.decode(value)


def decode_claim(value: bytes | memoryview) -> Claim:
    """Read a claim that is kept apart from its stock; raises as `decode_order`."""
    return _claim.decode(value)


def encode_state(state: Stock | Claim) -> bytes:
    """Write a stock or a claim that is kept apart from it."""
    return _pack.encode(state)
