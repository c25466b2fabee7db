"""Adyen: every notification of a batch carries the HMAC of eight of its own fields.

The fields are joined by `:` as they are, without escaping; a missing one is empty. Nothing else
is covered: not the time, not the reason, not the additional data. Webhooks of the platform carry
one HMAC of the raw body in a header instead. Keys are written in hex.
"""

import binascii
from collections.abc import Mapping
from typing import Any, Final

from connectors import body as bodies
from connectors.delivery import Delivery
from connectors.signature.errors import UNUSABLE, SignatureError
from connectors.signature.proof import Proof, from_base64, insist_on_match
from connectors.signature.shared_secret import macs

HEADER: Final = "hmacsignature"
FIELD: Final = "additionalData.hmacSignature"

Fields = Mapping[str, Any]  # Any: a notification before its model has looked at it


def is_signed(delivery: Delivery) -> bool:
    """Whether a delivery has a signature anywhere."""
    return HEADER in delivery.headers or any(map(_signature, _items(delivery)))


def verify(proof: Proof) -> None:
    """Raise SignatureError unless every notification, or the body as a whole, is signed."""
    if HEADER in proof.delivery.headers:
        given = from_base64(proof.header(HEADER), HEADER)
        insist_on_match([given], macs(proof, proof.delivery.body, _from_hex), HEADER)
        return
    items = _items(proof.delivery)
    if not items:
        raise SignatureError("missing", FIELD)
    for item in items:
        signature = _signature(item)
        if not signature:
            raise SignatureError("missing", FIELD)
        given = from_base64(signature, FIELD)
        insist_on_match([given], macs(proof, signed_text(item).encode(), _from_hex), FIELD)


def signed_text(item: Fields) -> str:
    """Join the fields that a notification's signature covers."""
    amount = item.get("amount")
    value, currency = (
        (amount.get("value"), amount.get("currency"))
        if isinstance(amount, dict)
        else (item.get("value"), item.get("currency"))
    )
    success = item.get("success")
    covered = (
        item.get("pspReference"),
        item.get("originalReference"),
        item.get("merchantAccountCode"),
        item.get("merchantReference"),
        value,
        currency,
        item.get("eventCode"),
        str(success).lower() if isinstance(success, bool) else success,
    )
    return ":".join("" if each is None else str(each) for each in covered)


def _items(delivery: Delivery) -> list[Fields]:
    """Find the notifications of a delivery; none where it cannot be read."""
    try:
        value = bodies.parse(delivery.body)
    except ValueError:
        return []
    if not isinstance(value, dict):
        return []
    items = value.get("notificationItems", [value])
    if not isinstance(items, list):
        return []
    found = [
        each.get("NotificationRequestItem", each) if isinstance(each, dict) else {}
        for each in items
    ]
    return [each if isinstance(each, dict) else {} for each in found]


def _signature(item: Fields) -> str:
    more = item.get("additionalData")
    signature = more.get("hmacSignature") if isinstance(more, dict) else item.get(FIELD)
    return signature if isinstance(signature, str) else ""


def _from_hex(secret: str) -> tuple[bytes, ...]:
    try:
        return (binascii.unhexlify(secret.strip().encode()),)
    except (binascii.Error, ValueError):
        raise SignatureError(UNUSABLE, "secrets") from None
