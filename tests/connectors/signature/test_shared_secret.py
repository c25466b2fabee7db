"""Signatures with a shared secret: every scheme signed here by itself, then bent."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.delivery import Delivery
from connectors.registry import SOURCES
from connectors.signature import SCHEMES, Credentials, SignatureError, is_signed, verify

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
BODY = '{"id": 1, "name": "Zoë"}'.encode()
URL = "https://shop.example/hooks/square"
HEX_KEY = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"


def mac(secret, message):
    key = secret if isinstance(secret, bytes) else secret.encode()
    return hmac.new(key, message, hashlib.sha256)


def hexed(secret, message):
    return mac(secret, message).hexdigest()


def based(secret, message):
    return base64.b64encode(mac(secret, message).digest()).decode()


def stamp(at):
    return str(int(at.timestamp()))


def timed(header):
    return lambda secret, body, at: {
        header: f"t={stamp(at)},v1={hexed(secret, stamp(at).encode() + b'.' + body)}"
    }


def of_bigcommerce(secret, body, at):
    text = f"msg_1.{stamp(at)}.".encode() + body
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": stamp(at),
        "webhook-signature": f"v1,{based(secret, text)}",
    }


SIGNED = {
    "aftership": lambda secret, body, _: {"aftership-hmac-sha256": based(secret, body)},
    "bigcommerce": of_bigcommerce,
    "easypost": lambda secret, body, _: {
        "x-hmac-signature": f"hmac-sha256-hex={hexed(secret, body)}"
    },
    "mollie": lambda secret, body, _: {"x-mollie-signature": f"sha256={hexed(secret, body)}"},
    "shippo": timed("shippo-auth-signature"),
    "shopify": lambda secret, body, _: {"x-shopify-hmac-sha256": based(secret, body)},
    "square": lambda secret, body, _: {
        "x-square-hmacsha256-signature": based(secret, URL.encode() + body)
    },
    "stripe": timed("stripe-signature"),
    "woocommerce": lambda secret, body, _: {"x-wc-webhook-signature": based(secret, body)},
}
"""What each vendor's documentation says it sends: secret, body and time to headers."""
TIMED = ("bigcommerce", "shippo", "stripe")
EACH = pytest.mark.parametrize("source", SIGNED)


def check(source, headers, *, body=BODY, secrets=("s3cret-A",), now=NOW):
    delivery = Delivery(body=body, account="acme/shop", headers=headers)
    credentials = Credentials(secrets=tuple(secrets), url=URL)
    verify(source, delivery, credentials, now=now)


def refused(source, headers, **how):
    with pytest.raises(SignatureError) as caught:
        check(source, headers, **how)
    assert "s3cret" not in str(caught.value)
    return caught.value.check


def test_every_source_that_signs_has_a_scheme():
    """A connector of a source that signs is of no use to it without one."""
    unsigned = {source.name for source in SOURCES.values()} - set(SCHEMES)

    assert set(SIGNED) | {"adyen", "paypal", "shipengine"} == set(SCHEMES)
    assert not unsigned & {"adyen", "easypost", "shopify", "stripe", "woocommerce"}


@EACH
def test_what_the_source_signed_is_accepted(source):
    """As its documentation says, over the raw bytes."""
    headers = SIGNED[source]("s3cret-A", BODY, NOW)

    assert is_signed(source, Delivery(body=BODY, account="a/b", headers=headers))
    check(source, headers)


@EACH
def test_while_a_secret_is_replaced_either_holds(source):
    """Old deliveries carry the old one, new ones the new one."""
    for secret in ("s3cret-A", "s3cret-B"):
        check(source, SIGNED[source](secret, BODY, NOW), secrets=("s3cret-A", "s3cret-B"))


@EACH
def test_a_wrong_secret_or_another_body_is_refused(source):
    """One byte is enough."""
    headers = SIGNED[source]("s3cret-A", BODY, NOW)

    assert refused(source, headers, secrets=("s3cret-B",)) == "differs"
    assert refused(source, headers, body=BODY + b" ") == "differs"
    assert refused(source, headers, body=BODY.replace(b"1", b"2")) == "differs"


@EACH
def test_without_a_header_or_a_secret_nothing_is_proved(source):
    """The refusal names what is missing, the configuration's part apart from the sender's."""
    headers = SIGNED[source]("s3cret-A", BODY, NOW)

    assert not is_signed(source, Delivery(body=BODY, account="a/b"))
    assert refused(source, {}) == "missing"
    assert refused(source, headers, secrets=()).startswith("not to be checked")


@EACH
@pytest.mark.parametrize("noise", ["x", "=", "\xe4", "v1=", "t=1", "v1,", "a" * 10_000, ",,,"])
def test_a_header_of_noise_is_refused(source, noise):
    """Whatever stands there, the answer is the one exception."""
    headers = dict.fromkeys(SIGNED[source]("s3cret-A", BODY, NOW), noise)

    assert refused(source, headers) in {"malformed", "differs"}


@given(st.sampled_from(sorted(SIGNED)), st.data())
def test_any_header_is_accepted_only_if_it_is_the_signature(source, data):
    """Noise, and the true header cut, doubled or with a letter changed."""
    true = SIGNED[source]("s3cret-A", BODY, NOW)
    name = data.draw(st.sampled_from(sorted(true)))
    text = data.draw(
        st.text(max_size=80) | st.integers(0, len(true[name]) - 1).map(lambda at: true[name][:at])
    )

    try:
        check(source, true | {name: text})
    except SignatureError:
        return
    assert text.strip().lower() == true[name].lower()


AGES = [(-301, "from the future"), (-300, ""), (0, ""), (300, ""), (301, "too old")]


@pytest.mark.parametrize("source", TIMED)
@pytest.mark.parametrize(("seconds", "then"), AGES)
def test_the_time_that_is_signed_must_be_near_on_both_sides(source, seconds, then):
    """Five minutes, to the second."""
    headers = SIGNED[source]("s3cret-A", BODY, NOW)
    now = NOW + timedelta(seconds=seconds)

    assert (refused(source, headers, now=now) if then else check(source, headers, now=now)) == (
        then or None
    )


@pytest.mark.parametrize("source", TIMED)
def test_a_time_that_was_changed_is_refused(source):
    """It is part of what is signed."""
    headers = SIGNED[source]("s3cret-A", BODY, NOW - timedelta(days=1))
    fresh = {
        name: text.replace(stamp(NOW - timedelta(days=1)), stamp(NOW))
        for name, text in headers.items()
    }

    assert refused(source, headers) == "too old"
    assert refused(source, fresh) == "differs"


def test_stripe_may_send_several_signatures_and_other_schemes():
    """Any `v1` passes; `v0` is of no interest; two times are ambiguous."""
    true = SIGNED["stripe"]("s3cret-A", BODY, NOW)["stripe-signature"]
    t, v1 = true.split(",")
    wrong = f"v1={'0' * 64}"

    check("stripe", {"stripe-signature": f"{t},{wrong},{v1},v0=abc"})
    assert refused("stripe", {"stripe-signature": f"{t},{wrong}"}) == "differs"
    assert refused("stripe", {"stripe-signature": f"{t},v0={v1[3:]}"}) == "malformed"
    assert refused("stripe", {"stripe-signature": f"{t},{t},{v1}"}) == "malformed"


def test_stripes_own_example():
    """Body and secret of its library's tests."""
    body = b"""{
  "id": "evt_test_webhook",
  "object": "event",
  "data": { "object": { "id": "rdr_123", "object": "terminal.reader" } }
}"""
    v1 = "07b1ede164afb7b5de91267ffa656f568c65d6e0783ce0ac55ee094643578eda"
    at = datetime.fromtimestamp(12345, UTC)

    headers = {"stripe-signature": f"t=12345,v1={v1}"}
    check("stripe", headers, body=body, secrets=("whsec_test_secret",), now=at)


@pytest.mark.parametrize("seconds", ["999999999999", "9" * 13, "-1", "1.5", "\u0663"])
def test_a_time_that_no_calendar_has_is_malformed(seconds):
    """Signed or not."""
    digest = hexed("s3cret-A", seconds.encode() + b"." + BODY)

    assert refused("stripe", {"stripe-signature": f"t={seconds},v1={digest}"}) == "malformed"


def test_mollies_own_example():
    """Body and secret of its library's tests; the prefix may be missing, headers several."""
    body = b'{"id":"tr_12345","event_type":"payment-link.paid"}'
    digest = "e479a5e4aaa17db94cfc546071e10e91c0b37f21e464e751ebdd7d7ad2ffd146"

    for text in (f"sha256={digest}", digest, f"sha256={'0' * 64}, sha256={digest}"):
        headers = {"x-mollie-signature": text}
        check("mollie", headers, body=body, secrets=("test_webhook_secret",))


def test_easypost_decomposes_the_letters_of_its_secret():
    """NFKD: an `é` of one code point signs as `e` and an accent."""
    headers = SIGNED["easypost"]("se\u0301cret", BODY, NOW)

    check("easypost", headers, secrets=("s\u00e9cret",))
    assert refused("easypost", {"x-hmac-signature": hexed("s\u00e9cret", BODY)}) == "malformed"
    composed = SIGNED["easypost"]("s\u00e9cret", BODY, NOW)
    assert refused("easypost", composed, secrets=("s\u00e9cret",)) == "differs"


def test_woocommerce_signs_with_the_secret_unescaped():
    """A secret that is stored as `a&amp;b` signs with `a&b`, once and not twice."""
    check("woocommerce", SIGNED["woocommerce"]("a&b'", BODY, NOW), secrets=("a&amp;b&#039;",))
    check("woocommerce", SIGNED["woocommerce"]("a&b", BODY, NOW), secrets=("a&b",))
    check("woocommerce", SIGNED["woocommerce"]("&lt;", BODY, NOW), secrets=("&amp;lt;",))
    twice = SIGNED["woocommerce"]("<", BODY, NOW)
    assert refused("woocommerce", twice, secrets=("&amp;lt;",)) == "differs"


def test_square_signs_the_address_too():
    """Exactly as it was registered."""
    headers = SIGNED["square"]("s3cret-A", BODY, NOW)
    delivery = Delivery(body=BODY, account="a/b", headers=headers)

    for url, check_failed in ((URL + "/", "differs"), ("", "not to be checked")):
        with pytest.raises(SignatureError, match=check_failed):
            verify("square", delivery, Credentials(secrets=("s3cret-A",), url=url), now=NOW)


def test_bigcommerce_may_send_several_signatures():
    """Standard Webhooks separates them with spaces; other versions are of no interest."""
    headers = SIGNED["bigcommerce"]("s3cret-A", BODY, NOW)
    true = headers["webhook-signature"]
    several = f"v1a,abcd v1,{base64.b64encode(b'no').decode()} {true}"

    check("bigcommerce", headers | {"webhook-signature": several})
    assert refused("bigcommerce", headers | {"webhook-id": "msg_2"}) == "differs"
    assert refused("bigcommerce", headers | {"webhook-signature": "v1a,abcd"}) == "malformed"


def test_a_source_without_a_scheme_proves_nothing():
    """Asking for it is a mistake of the configuration, and is said."""
    assert not is_signed("magento", Delivery(body=BODY, account="a/b"))
    assert refused("magento", {}) == "made in a way that is not known"


def test_the_secrets_are_not_shown():
    """A repr ends up in logs."""
    assert "s3cret" not in repr(Credentials(secrets=("s3cret-A",)))


ADYEN_KEY = "9064450A8892A093D9E97EFCC9639DE31B74F3A7803135555A3C96F5A57915D6"
SLASHES_KEY = "74F490DD33F7327BAECC88B2947C011FC02D014A473AAA33A8EC93E4DC069174"


def notification(signature="", **more):
    item = {
        "amount": {"currency": "EUR", "value": 0},
        "eventCode": "REPORT_AVAILABLE",
        "merchantAccountCode": "Magento2Rik",
        "merchantReference": "testMerchantRef1",
        "pspReference": "test_REPORT_AVAILABLE",
        "success": "true",
        "additionalData": {"hmacSignature": signature} if signature else {},
    }
    return item | more


def adyen(value, key=ADYEN_KEY, **headers):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    delivery = Delivery(body=body, account="a/b", headers=headers)
    verify("adyen", delivery, Credentials(secrets=(HEX_KEY, key)), now=NOW)


def batch(*items):
    return {"notificationItems": [{"NotificationRequestItem": each} for each in items]}


OFFICIAL = "NuEkADFmlCC6VgX+wcoPAegIWxVPNBPCuKlM4Hzo5qc="


def test_adyens_own_examples():
    """Of its libraries' tests: a notification, one with slashes and colons, a raw body."""
    slashes = notification(
        "CZErGCNQaSsxbaQfZaJlakqo7KPP+mIa8a+wx3yNs9A=",
        pspReference="ZVWN7D3WSMK2WN82",
        merchantAccountCode="AntoniStroinski",
        merchantReference="\\:/\\/slashes are fun",
        amount={"currency": "EUR", "value": 1000},
        eventCode="AUTHORISATION",
    )

    adyen(batch(notification(OFFICIAL)))
    adyen(notification(OFFICIAL, success=True))
    adyen(slashes, SLASHES_KEY)
    adyen(b"TestPayload", hmacsignature="YA9/UDjldIO4Gq68X4ATYYoEaPYH4f4k2uzBBzEF1PA=")


def test_adyen_signs_a_form_like_a_notification():
    """The fields are the same, their nesting is not."""
    form = (
        b"pspReference=test_REPORT_AVAILABLE&merchantAccountCode=Magento2Rik&value=0&currency=EUR"
        b"&merchantReference=testMerchantRef1&eventCode=REPORT_AVAILABLE&success=true"
        b"&additionalData.hmacSignature=NuEkADFmlCC6VgX%2BwcoPAegIWxVPNBPCuKlM4Hzo5qc%3D"
    )

    adyen(form)


@pytest.mark.parametrize(
    ("value", "check_failed"),
    [
        (batch(notification(OFFICIAL, eventCode="AUTHORISATION")), "differs"),
        (batch(notification(OFFICIAL, originalReference="x")), "differs"),
        (batch(notification(OFFICIAL), notification()), "missing"),
        (batch(notification(OFFICIAL), notification(OFFICIAL, success="false")), "differs"),
        (batch(notification("?")), "malformed"),
        (batch(), "missing"),
        ({"notificationItems": {}}, "missing"),
        ({"notificationItems": [7]}, "missing"),
        ([notification(OFFICIAL)], "missing"),
        (b"{", "missing"),
    ],
)
def test_every_notification_of_a_batch_must_be_signed(value, check_failed):
    """One that is not spoils the batch."""
    with pytest.raises(SignatureError) as caught:
        adyen(value)

    assert caught.value.check == check_failed


def test_a_key_of_adyen_is_written_in_hex():
    """A key that is not cannot be the right one."""
    with pytest.raises(SignatureError, match="not to be checked"):
        adyen(notification(OFFICIAL), "not hex")


@given(st.binary(max_size=60) | st.sampled_from([b'{"notificationItems":', b"a=b"]))
def test_any_body_of_adyen_is_refused_with_the_one_exception(body):
    """Signatures are looked for in the body: anything may stand there."""
    delivery = Delivery(body=body, account="a/b")
    assert not is_signed("adyen", delivery)

    with pytest.raises(SignatureError):
        verify("adyen", delivery, Credentials(secrets=(ADYEN_KEY,)), now=NOW)
