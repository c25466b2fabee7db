"""Schemes with a public key: RSA over SHA-256. The key is fetched by the shell and handed in.

Where it may be fetched from stands here, because the address comes with the delivery: a header
must not be able to bring a key of its own.
"""

import json
import re
import zlib
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_pem_x509_certificate
from cryptography.x509.oid import NameOID

from connectors.delivery import Delivery
from connectors.signature.errors import UNUSABLE, SignatureError
from connectors.signature.proof import Proof, from_base64, insist_on_fresh, instant
from connectors.signature.shared_secret import MINUTES_5

DAYS_3: Final = 3 * 86_400
"""For so long PayPal sends a delivery again that nobody answered."""

KEY_HOSTS: Final = frozenset({"api.paypal.com", "api.sandbox.paypal.com", "api.shipengine.com"})
"""The only hosts that keys are ever fetched from, and by TLS alone."""

SHIPENGINE_KEYS: Final = "https://api.shipengine.com/jwks"

_PAYPAL_URL: Final = "paypal-cert-url"
_PAYPAL_PATH: Final = re.compile(r"/v1/notifications/certs/[A-Za-z0-9_-]{1,200}", re.ASCII)
_PAYPAL_NAMES: Final = frozenset(
    {"messageverificationcerts.paypal.com", "messageverificationcerts.sandbox.paypal.com"}
)
_KEY_BITS_MIN: Final = 2048


def paypal_key_url(delivery: Delivery) -> str:
    """Give the address of the certificate that a delivery names; raises unless it is PayPal's."""
    url = delivery.headers.get(_PAYPAL_URL, "")
    if not url:
        raise SignatureError("missing", _PAYPAL_URL)
    try:
        parts = urlsplit(url)
        plain = f"https://{parts.hostname}{parts.path}"
    except ValueError:
        raise SignatureError("malformed", _PAYPAL_URL) from None
    fits = parts.hostname in KEY_HOSTS and _PAYPAL_PATH.fullmatch(parts.path)
    if url != plain or not fits:
        raise SignatureError("made with a key that is not known", _PAYPAL_URL)
    return url


def verify_paypal(proof: Proof) -> None:
    """Raise SignatureError unless PayPal's certificate signed this transmission.

    The body takes part by its CRC-32 alone, which anybody can match with other bytes: the
    signature proves that PayPal sent something then, and the freshness bounds what it is worth.
    """
    webhook_id = proof.credentials.webhook_id
    if not webhook_id:
        raise SignatureError(UNUSABLE, "webhook_id")
    if proof.header("paypal-auth-algo") != "SHA256withRSA":
        raise SignatureError("made in a way that is not known", "paypal-auth-algo")
    field = "paypal-transmission-sig"
    signature = from_base64(proof.header(field), field)
    name, stamp = proof.header("paypal-transmission-id"), proof.header("paypal-transmission-time")
    sent_at = instant(stamp, "paypal-transmission-time")
    message = f"{name}|{stamp}|{webhook_id}|{zlib.crc32(proof.delivery.body)}"
    key = _key_of_certificate(proof.key, sent_at)
    _insist_on_signature(key, signature, message.encode(), field)
    insist_on_fresh(sent_at, proof.now, DAYS_3, "paypal-transmission-time")


def verify_shipengine(proof: Proof) -> None:
    """Raise SignatureError unless the key that is named signed the time and the body."""
    field = "x-shipengine-rsa-sha256-signature"
    signature = from_base64(proof.header(field), field)
    key = _key_of_set(proof.key, proof.header("x-shipengine-rsa-sha256-key-id"))
    stamp = proof.header("x-shipengine-timestamp")
    signed_at = instant(stamp, "x-shipengine-timestamp")
    _insist_on_signature(key, signature, f"{stamp}.".encode() + proof.delivery.body, field)
    insist_on_fresh(signed_at, proof.now, MINUTES_5, "x-shipengine-timestamp")


def _insist_on_signature(key: RSAPublicKey, signature: bytes, message: bytes, field: str) -> None:
    try:
        key.verify(signature, message, PKCS1v15(), SHA256())
    except InvalidSignature:
        raise SignatureError("differs", field) from None


def _key_of_certificate(pem: bytes, at: datetime) -> RSAPublicKey:
    """Take the key out of a certificate that was PayPal's and valid then."""
    try:
        certificate = load_pem_x509_certificate(pem)
        named = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        key = certificate.public_key()
    except ValueError:
        raise SignatureError(UNUSABLE, _PAYPAL_URL) from None
    if not {each.value for each in named} & _PAYPAL_NAMES:
        raise SignatureError("made with a key that is not known", _PAYPAL_URL)
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise SignatureError("of a certificate that is out of date", _PAYPAL_URL)
    return _strong(key, _PAYPAL_URL)


def _key_of_set(document: bytes, name: str) -> RSAPublicKey:
    """Find a key by its id in a JSON Web Key Set (RFC 7517)."""
    field = "x-shipengine-rsa-sha256-key-id"
    try:
        listed = json.loads(document)["keys"]
        [found] = [each for each in listed if each.get("kid") == name]
        numbers = RSAPublicNumbers(e=_number(found["e"]), n=_number(found["n"]))
        return _strong(numbers.public_key(), field)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise SignatureError("made with a key that is not known", field) from None


def _strong(key: Any, field: str) -> RSAPublicKey:  # Any: a certificate may hold any kind of key
    if not isinstance(key, RSAPublicKey) or key.key_size < _KEY_BITS_MIN:
        raise SignatureError(UNUSABLE, field)
    return key


def _number(text: str) -> int:
    """Read a number in unpadded URL-safe base64 (RFC 7518, 6.3)."""
    standard = text.replace("-", "+").replace("_", "/")
    padded = standard + "=" * (-len(standard) % 4)
    return int.from_bytes(from_base64(padded, "keys"), "big")
