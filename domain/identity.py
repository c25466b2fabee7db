"""Business keys: under which name a happening is known, whoever tells of it (spec model, 8.11)."""

from hashlib import blake2b

from domain.body import Operation

_NOISE = str.maketrans("", "", " -\t")


def digest(content: bytes) -> int:
    """Shorten content to 63 bits, equal for equal bytes on every machine."""
    return int.from_bytes(blake2b(content, digest_size=8).digest(), "big") >> 1


def operation_key(kind: str, body: Operation, event_id: str) -> str:
    """Name a money operation: the provider's reference, or the event where there is none."""
    return f"{kind}|{body.provider}|{body.reference or '~' + event_id}"


def parcel_key(number: str, shipment_id: str) -> str:
    """Name a parcel: its tracking number, or its shipment while no number is known."""
    return number.translate(_NOISE).upper() if number else f"shipment:{shipment_id}"
