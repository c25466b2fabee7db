"""Finds the notifications of a delivery (a batch, one by itself, a form) and has each told."""

from typing import Final

from msgspec.structs import replace

from connectors.adyen.item import item_facts, payment_name
from connectors.adyen.payload import Item
from connectors.adyen.table import (
    CANCEL_OR_REFUND,
    DISPUTE,
    DISPUTE_STATUS,
    IGNORED,
    MODIFICATION,
    PAYMENT,
    RISK,
    TOPICS,
)
from connectors.body import format_of
from connectors.delivery import Delivery, Normalised, Outcome, Quarantined, Source
from connectors.listing import read_body, read_parts
from connectors.payload import DIGITS, Fields
from connectors.quarantine import path, shown
from connectors.teller import Teller
from connectors.writer import Writer, writer_for

PROVIDER: Final = "adyen"

_WRAPPER: Final = "NotificationRequestItem"
_MORE: Final = "additionalData."


def normalise(delivery: Delivery) -> Outcome:
    """Read one delivery of Adyen."""
    writer = writer_for(delivery, PROVIDER)
    is_form = format_of(delivery.body) == "form"
    return read_body(
        delivery.body,
        lambda value: read_parts(
            _unfolded(value) if is_form and isinstance(value, dict) else value,
            lambda fields, at: _delivered(writer, fields, at),
            name="notifications",
        ),
    )


def _delivered(writer: Writer, value: Fields, at: str) -> Outcome:
    if str(value.get("live")).lower() == "false":
        writer = replace(writer, test=True)
    if "eventCode" in value:
        return _item(writer, value)
    items = value.get("notificationItems")
    if isinstance(items, list):
        return read_parts(
            items,
            lambda fields, within: _wrapped(writer, fields, path(at, within)),
            name="notificationItems",
        )
    if {"type", "data"} <= value.keys():
        return Normalised(ignored=f"{shown(value['type'])}: no order needs it")
    return Quarantined(
        reason="is no notification", field=path(at, "notificationItems"), value=shown(items)
    )


def _wrapped(writer: Writer, value: Fields, at: str) -> Outcome:
    inner = value.get(_WRAPPER, value)
    if not isinstance(inner, dict):
        return Quarantined(reason="is no object", field=path(at, _WRAPPER), value=shown(inner))
    return _item(writer, inner)


def _item(writer: Writer, value: Fields) -> Outcome:
    item = Item.model_validate(value)
    code, name = item.event_code, item.psp_reference
    if code in IGNORED:
        return Normalised(ignored=f"{code}: {IGNORED[code]}")
    teller = Teller(writer=replace(writer, delivery_id=f"{code}:{name}"), provider=PROVIDER)
    facts = item_facts(teller, item)
    if facts is None:
        facts = [teller.unknown(payment_name(item), "eventCode", code, item.event_date)]
    ignored = "" if facts else f"{code} that did not succeed: nothing changed"
    return Normalised(facts=tuple(facts), ignored=ignored)


def _unfolded(value: Fields) -> Fields:
    """Read the fields of a form as the object that they would be in JSON."""
    flat = {name: text for name, text in value.items() if not name.startswith(_MORE)}
    units = flat.pop("value", "")
    amount = {
        "currency": flat.pop("currency", ""),
        "value": int(units) if DIGITS.fullmatch(units) else units,
    }
    more = {
        name.removeprefix(_MORE): text for name, text in value.items() if name.startswith(_MORE)
    }
    operations = [each for each in flat.pop("operations", "").split(",") if each]
    return flat | {"amount": amount, "additionalData": more, "operations": operations}


SOURCE: Final = Source(
    name=PROVIDER,
    kind="payments",
    topics=TOPICS,
    signature=(
        "hmac-sha256 base64 of eight fields joined by `:`, one for each notification, in its "
        "additionalData.hmacSignature; the key is written in hex"
    ),
    normalise=normalise,
    words={
        "eventCode of a payment": PAYMENT,
        "eventCode of an operation": MODIFICATION,
        "modification.action": CANCEL_OR_REFUND,
        "eventCode of a dispute": DISPUTE,
        "disputeStatus": DISPUTE_STATUS,
        "eventCode of a risk": RISK,
        "eventCode that is left out": IGNORED,
    },
    formats=("json", "form"),
)
