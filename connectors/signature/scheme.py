"""Which source signs how: one line each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from connectors.delivery import Delivery
from connectors.signature import adyen
from connectors.signature.errors import SignatureError
from connectors.signature.proof import Credentials, Proof, from_hex
from connectors.signature.public_key import (
    SHIPENGINE_KEYS,
    paypal_key_url,
    verify_paypal,
    verify_shipengine,
)
from connectors.signature.shared_secret import (
    OfBody,
    OfTimeAndBody,
    StandardWebhook,
    as_composed,
    as_unescaped,
)

Verify = Callable[[Proof], None]
KeyUrl = Callable[[Delivery], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """How a source signs: where the signature is, how it is verified, which key it takes.

    `is_signed` tells whether a delivery claims to be signed at all; `key_url` where a public
    key is to be fetched from.
    """

    verify: Verify
    is_signed: Callable[[Delivery], bool]
    key_url: KeyUrl | None = None


def _by_header(scheme: OfBody | OfTimeAndBody | StandardWebhook) -> Scheme:
    return Scheme(verify=scheme.verify, is_signed=lambda each: scheme.header in each.headers)


SCHEMES: Final[Mapping[str, Scheme]] = MappingProxyType(
    {
        "adyen": Scheme(verify=adyen.verify, is_signed=adyen.is_signed),
        "aftership": _by_header(OfBody(header="aftership-hmac-sha256")),
        "bigcommerce": _by_header(StandardWebhook()),
        "easypost": _by_header(
            OfBody(
                header="x-hmac-signature",
                read=from_hex,
                prefix="hmac-sha256-hex=",
                keys=as_composed,
            )
        ),
        "mollie": _by_header(
            OfBody(
                header="x-mollie-signature",
                read=from_hex,
                prefix="sha256=",
                prefix_optional=True,
            )
        ),
        "paypal": Scheme(
            verify=verify_paypal,
            is_signed=lambda each: "paypal-transmission-sig" in each.headers,
            key_url=paypal_key_url,
        ),
        "shipengine": Scheme(
            verify=verify_shipengine,
            is_signed=lambda each: "x-shipengine-rsa-sha256-signature" in each.headers,
            key_url=lambda _: SHIPENGINE_KEYS,
        ),
        "shippo": _by_header(OfTimeAndBody(header="shippo-auth-signature")),
        "shopify": _by_header(OfBody(header="x-shopify-hmac-sha256")),
        "square": _by_header(OfBody(header="x-square-hmacsha256-signature", with_url=True)),
        "stripe": _by_header(OfTimeAndBody(header="stripe-signature")),
        "woocommerce": _by_header(OfBody(header="x-wc-webhook-signature", keys=as_unescaped)),
    }
)


def is_signed(source: str, delivery: Delivery) -> bool:
    """Whether a delivery of a source claims to be signed."""
    scheme = SCHEMES.get(source)
    return scheme is not None and scheme.is_signed(delivery)


def key_url(source: str, delivery: Delivery) -> str:
    """Say where the public key is that a delivery needs, empty where it needs none.

    Raises SignatureError where the delivery names an address that is not its source's.
    """
    scheme = SCHEMES.get(source)
    return scheme.key_url(delivery) if scheme and scheme.key_url else ""


def verify(
    source: str,
    delivery: Delivery,
    credentials: Credentials,
    *,
    now: datetime,
    key: bytes = b"",
) -> None:
    """Raise SignatureError unless the delivery proves that it comes from its source.

    `now` is when the delivery was received; `key` the certificate or key set of `key_url`.
    """
    scheme = SCHEMES.get(source)
    if scheme is None:
        raise SignatureError("made in a way that is not known", "source")
    scheme.verify(Proof(delivery=delivery, credentials=credentials, now=now, key=key))
