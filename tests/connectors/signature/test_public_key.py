"""Signatures with a public key: PayPal's certificate and ShipEngine's key set."""

import base64
import json
import zlib
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from connectors.delivery import Delivery
from connectors.signature import Credentials, SignatureError, is_signed, key_url, verify

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
BODY = b'{"id": "WH-1"}'

# A transmission that PayPal's simulator sent, and the certificate that it names. Its body is not
# repeated here: the signature covers no more of it than the checksum.
CERTIFICATE = Path(__file__).with_name("paypal-certificate.pem").read_bytes()
CHECKSUM = 1698892491
SENT_AT = datetime(2024, 8, 2, 19, 33, 35, tzinfo=UTC)
RECORDED = {
    "paypal-transmission-id": "1c6772d0-5106-11ef-9b66-89f3f924d48a",
    "paypal-transmission-time": "2024-08-02T19:33:35Z",
    "paypal-transmission-sig": (
        "KY8qkrrIcGAyKS4VNgYlgP0iWIgeFEa3Y4q14d7mStEdJQbiEMhyB9/2cR85tjTlAmJ4NFxBW3BFdrFn7EukmdSw"
        "2RFkaCfSmzZoq8Uzjp1y6h9Uo307qte0hkuDHLLW07EvflOfS0Q2mNd+WPsmCilVYRAw9Acv6O8qVHAdVjINRoSe"
        "S5vISIDN7vaj0rBValwU8GE36rfFpUz1BvJqY2JaZc7wL0UYYB+xLneQWdOy4woa8MWUGVqFkJ9h/RLZsAIoMlOi"
        "kAljETFIdGKiNr23GILoa1yM8/y+Oi1KM2DOJlEeywiR0BU5bhPjIsy8gsdwTyadbF1BCkFJcyGIlg=="
    ),
    "paypal-auth-algo": "SHA256withRSA",
    "paypal-auth-version": "v2",
    "paypal-cert-url": (
        "https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-1a5f47cb"
    ),
}


def with_checksum(body, wanted):
    """Append the four bytes that give a body the CRC-32 that is wanted."""
    register, target = zlib.crc32(body) ^ 0xFFFFFFFF, wanted ^ 0xFFFFFFFF
    steps = []
    for _ in range(4):
        [index] = [n for n in range(256) if _raw(n) >> 24 == target >> 24]
        steps.append(index)
        target = ((target ^ _raw(index)) << 8) & 0xFFFFFFFF
    tail = bytearray()
    for index in reversed(steps):
        tail.append((register ^ index) & 0xFF)
        register = _raw(index) ^ (register >> 8)
    return body + bytes(tail)


@cache
def _raw(index):
    """One row of the table of CRC-32."""
    for _ in range(8):
        index = (index >> 1) ^ (0xEDB88320 if index & 1 else 0)
    return index


def paypal(headers=RECORDED, *, body=None, webhook_id="WEBHOOK_ID", now=SENT_AT, key=CERTIFICATE):
    body = with_checksum(BODY, CHECKSUM) if body is None else body
    delivery = Delivery(body=body, account="a/b", headers=headers)
    verify("paypal", delivery, Credentials(webhook_id=webhook_id), now=now, key=key)


def refusal(what, *arguments, **how):
    with pytest.raises(SignatureError) as caught:
        what(*arguments, **how)
    return caught.value.check, caught.value.field


def test_a_recorded_transmission_of_paypal_is_accepted():
    """With PayPal's own certificate; any body of that checksum will do, which is the limit."""
    assert is_signed("paypal", Delivery(body=b"", account="a/b", headers=RECORDED))
    assert zlib.crc32(with_checksum(BODY, CHECKSUM)) == CHECKSUM
    paypal()
    paypal(body=with_checksum(b'{"another": "body"}', CHECKSUM))


@pytest.mark.parametrize(
    ("change", "then"),
    [
        ({"paypal-transmission-sig": ""}, ("missing", "paypal-transmission-sig")),
        ({"paypal-transmission-sig": "?"}, ("malformed", "paypal-transmission-sig")),
        ({"paypal-transmission-sig": "bm8="}, ("differs", "paypal-transmission-sig")),
        ({"paypal-transmission-id": "another"}, ("differs", "paypal-transmission-sig")),
        (
            {"paypal-transmission-time": "2024-08-02T19:33:36Z"},
            ("differs", "paypal-transmission-sig"),
        ),
        ({"paypal-transmission-time": "now"}, ("malformed", "paypal-transmission-time")),
        (
            {"paypal-transmission-time": "2024-08-02T19:33:35"},
            ("malformed", "paypal-transmission-time"),
        ),
        (
            {"paypal-auth-algo": "SHA1withRSA"},
            ("made in a way that is not known", "paypal-auth-algo"),
        ),
        ({"paypal-auth-algo": ""}, ("missing", "paypal-auth-algo")),
    ],
)
def test_a_transmission_that_was_changed_is_refused(change, then):
    """Each header takes part."""
    assert refusal(paypal, RECORDED | change) == then


def test_paypals_other_arguments_take_part():
    """The body's checksum, the registration, and a certificate that is PayPal's and in date."""
    unusable = "not to be checked: no fitting secret or key"

    assert refusal(paypal, body=BODY)[0] == "differs"
    assert refusal(paypal, webhook_id="ANOTHER")[0] == "differs"
    assert refusal(paypal, webhook_id="") == (unusable, "webhook_id")
    assert refusal(paypal, key=b"")[0] == unusable
    assert refusal(paypal, key=b"-----BEGIN CERTIFICATE-----")[0] == unusable


@pytest.mark.parametrize(
    ("days", "then"), [(-0.01, "from the future"), (0, ""), (3, ""), (3.01, "too old")]
)
def test_paypal_may_send_again_for_three_days(days, then):
    """Longer ago is somebody else's copy; minutes ahead are a clock's."""
    now = SENT_AT + timedelta(days=days)

    assert (refusal(paypal, now=now)[0] if then else paypal(now=now)) == (then or None)


@cache
def private_key(bits=2048):
    return generate_private_key(public_exponent=65537, key_size=bits)


def certificate(name, *, bits=2048, begins=NOW - timedelta(days=1), days=2):
    names = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    built = (
        x509.CertificateBuilder()
        .subject_name(names)
        .issuer_name(names)
        .public_key(private_key(bits).public_key())
        .serial_number(1)
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=days))
        .sign(private_key(bits), SHA256())
    )
    return built.public_bytes(Encoding.PEM)


def signature(message, bits=2048):
    return base64.b64encode(private_key(bits).sign(message, PKCS1v15(), SHA256())).decode()


def own_transmission(bits=2048):
    stamp = NOW.isoformat()
    return RECORDED | {
        "paypal-transmission-time": stamp,
        "paypal-transmission-id": "t1",
        "paypal-transmission-sig": signature(f"t1|{stamp}|W|{zlib.crc32(BODY)}".encode(), bits),
    }


PAYPALS = "messageverificationcerts.paypal.com"


@pytest.mark.parametrize(
    ("how", "then"),
    [
        ({"name": PAYPALS}, ""),
        ({"name": "messageverificationcerts.sandbox.paypal.com"}, ""),
        ({"name": "paypal.example"}, "made with a key that is not known"),
        ({"name": PAYPALS, "days": 0.5}, "of a certificate that is out of date"),
        (
            {"name": PAYPALS, "begins": NOW + timedelta(days=1)},
            "of a certificate that is out of date",
        ),
        ({"name": PAYPALS, "bits": 1024}, "not to be checked: no fitting secret or key"),
    ],
)
def test_the_certificate_must_be_paypals_in_date_and_strong(how, then):
    """One that the allowed host gave out for something else does not count."""
    told = own_transmission(how.get("bits", 2048))
    given = {"body": BODY, "webhook_id": "W", "now": NOW, "key": certificate(**how)}

    assert (refusal(paypal, told, **given)[0] if then else paypal(told, **given)) == (then or None)


@pytest.mark.parametrize(
    "url",
    [
        "http://api.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1",
        "https://evil.example/v1/notifications/certs/CERT-1",
        "https://api.paypal.com@evil.example/v1/notifications/certs/CERT-1",
        "https://user@api.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com:8443/v1/notifications/certs/CERT-1",
        "https://api.paypal.com/v1/notifications/certs/../../x",
        "https://api.paypal.com/v1/notifications/certs/CERT-1?x=1",
        "https://api.paypal.com/v1/notifications/certs/CERT-1#x",
        "https://api.paypal.com/other",
        "https://[::1",
        "CERT-1",
    ],
)
def test_a_certificate_is_fetched_from_paypal_alone(url):
    """The address comes with the delivery: it must not bring a key of its own."""
    delivery = Delivery(body=b"", account="a/b", headers={"paypal-cert-url": url})

    assert refusal(key_url, "paypal", delivery)[1] == "paypal-cert-url"


def test_where_keys_are_fetched_from():
    """PayPal names its certificate, ShipEngine has one address, others have no public key."""
    delivery = Delivery(body=b"", account="a/b", headers=RECORDED)

    assert key_url("paypal", delivery) == RECORDED["paypal-cert-url"]
    assert key_url("shipengine", delivery) == "https://api.shipengine.com/jwks"
    assert key_url("stripe", delivery) == key_url("magento", delivery) == ""
    assert refusal(key_url, "paypal", Delivery(body=b"", account="a/b"))[0] == "missing"


def unpadded(number):
    size = (number.bit_length() + 7) // 8
    return base64.urlsafe_b64encode(number.to_bytes(size, "big")).rstrip(b"=").decode()


def key_set(name="k1", bits=2048, **more):
    numbers = private_key(bits).public_key().public_numbers()
    key = {"kty": "RSA", "kid": name, "e": unpadded(numbers.e), "n": unpadded(numbers.n)} | more
    return json.dumps({"keys": [{"kid": "k0"}, key]}).encode()


def shipengine(key=None, *, body=BODY, at=NOW, now=NOW, bits=2048, **change):
    stamp = at.isoformat().replace("+00:00", "Z")
    headers = {
        "x-shipengine-rsa-sha256-signature": signature(f"{stamp}.".encode() + BODY, bits),
        "x-shipengine-rsa-sha256-key-id": "k1",
        "x-shipengine-timestamp": stamp,
    } | {name.replace("_", "-"): text for name, text in change.items()}
    delivery = Delivery(body=body, account="a/b", headers=headers)
    verify("shipengine", delivery, Credentials(), now=now, key=key or key_set(bits=bits))


def test_shipengine_signs_the_time_and_the_body():
    """With the key that its key set has under the name given."""
    unusable = "not to be checked: no fitting secret or key"
    unknown = "made with a key that is not known"

    shipengine()
    assert refusal(shipengine, body=BODY + b" ")[0] == "differs"
    assert refusal(shipengine, x_shipengine_timestamp="2026-01-05T09:00:01Z")[0] == "differs"
    assert refusal(shipengine, x_shipengine_timestamp="today")[0] == "malformed"
    assert refusal(shipengine, x_shipengine_rsa_sha256_key_id="k2")[0] == unknown
    assert refusal(shipengine, x_shipengine_rsa_sha256_key_id="k0")[0] == unknown
    assert refusal(shipengine, x_shipengine_rsa_sha256_signature="")[0] == "missing"
    assert refusal(shipengine, bits=1024)[0] == unusable


@pytest.mark.parametrize(
    ("seconds", "then"),
    [(-301, "from the future"), (-300, ""), (300, ""), (301, "too old")],
)
def test_shipengines_time_must_be_near_on_both_sides(seconds, then):
    """Five minutes, to the second."""
    now = NOW + timedelta(seconds=seconds)

    assert (refusal(shipengine, now=now)[0] if then else shipengine(now=now)) == (then or None)


@pytest.mark.parametrize(
    "document",
    [
        b"{",
        b"[]",
        b'{"keys": 7}',
        b'{"keys": [7]}',
        b'{"keys": [{"kid": "k1"}]}',
        b'{"keys": [{"kid": "k1", "e": 7, "n": 8}]}',
        b'{"keys": [{"kid": "k1", "e": "AQAB", "n": "?"}]}',
        b'{"keys": [{"kid": "k1", "e": "AA", "n": "AA"}]}',
        b"[" * 100_000,
    ],
)
def test_a_key_set_of_noise_is_refused(document):
    """Whatever the host answered, the answer is the one exception."""
    assert refusal(shipengine, document)[1] in {"x-shipengine-rsa-sha256-key-id", "keys"}


@given(st.binary(max_size=200))
def test_any_key_material_is_refused_with_the_one_exception(noise):
    """Neither a certificate nor a key set."""
    assert refusal(paypal, key=noise)
    assert refusal(shipengine, noise or b"\0")
