"""Signatures at the feed: who is asked for one, and what a wrong one comes to."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from prometheus_client import CollectorRegistry

from connectors.delivery import Delivery
from connectors.registry import SOURCES
from streams import topic
from streams.cli import main
from streams.engine.local import LocalStage, record
from streams.key_store import KeyNotAtHandError, KeyStore
from streams.metric import Metrics
from streams.settings import SettingsError, explain, load_settings
from streams.signing import Signing
from streams.stages import make_stages
from streams.verification import Verifier
from tests.connectors.signature.test_public_key import (
    CERTIFICATE,
    CHECKSUM,
    RECORDED,
    SENT_AT,
    with_checksum,
)

BODY = (Path(__file__).parents[2] / "examples/payloads/stripe-charge.json").read_bytes()
NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
SECRET = "whsec_current"
SIGNATURES = {"stripe": {"secrets": [SECRET, "whsec_former"]}}


def signature(secret=SECRET, at=NOW, body=BODY):
    stamp = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={stamp},v1={digest}"


def process(signatures, *, at=NOW, account="acme/shop", **headers):
    settings = load_settings(signatures=signatures)
    stage = LocalStage(make_stages(settings, Metrics(CollectorRegistry()), {"payments"})[0])
    all_headers = {"source": "stripe", "account": account} | headers
    pairs = [(name.replace("e_s", "e-s"), text.encode()) for name, text in all_headers.items()]
    stamp = int(at.timestamp() * 1000)
    return stage.process([record(topic.FEED_PAYMENTS, BODY, headers=pairs, timestamp_ms=stamp)])


def cause(said):
    """Why the one record became a dead letter, None where it became facts."""
    if [one.topic for one in said] != [topic.DEAD_LETTERS]:
        assert {one.topic for one in said} == {topic.REFERENCES}
        return None
    headers = dict(said[0].headers)
    assert said[0].value == BODY
    return headers["dead-letter-cause"].decode()


RULES = [
    ({}, {}, None),
    ({}, {"stripe_signature": "t=1,v1=00"}, None),
    (SIGNATURES, {}, None),
    (SIGNATURES, {"stripe_signature": signature()}, None),
    (SIGNATURES, {"stripe_signature": signature("whsec_former")}, None),
    (SIGNATURES, {"stripe_signature": signature("whsec_other")}, "signature differs"),
    (SIGNATURES, {"stripe_signature": "t=1"}, "signature malformed"),
    ({"stripe": {"required": True}}, {}, "signature missing"),
    (
        {"stripe": {"required": True}},
        {"stripe_signature": signature()},
        "signature not to be checked: no fitting secret or key",
    ),
    (
        {"stripe/acme/shop": {"secrets": ["x"]}},
        {"stripe_signature": signature()},
        "signature differs",
    ),
    ({"stripe/acme/else": {"secrets": ["x"]}}, {"stripe_signature": signature()}, None),
    (
        SIGNATURES | {"stripe/acme/shop": {"secrets": ["x"]}},
        {"stripe_signature": signature()},
        "signature differs",
    ),
    ({"shopify": {"secrets": ["x"], "required": True}}, {}, None),
]


@pytest.mark.parametrize(("signatures", "headers", "then"), RULES)
def test_a_delivery_is_believed_where_its_signature_holds_or_nobody_asks(
    signatures, headers, then
):
    """An account's own entry comes before its source's; without an entry all is as before."""
    assert cause(process(signatures, **headers)) == then


def test_a_wrong_signature_takes_nothing_else_with_it():
    """The letter names the field; the counter of dead letters knows the family."""
    metrics = Metrics(CollectorRegistry())
    stage = LocalStage(make_stages(load_settings(signatures=SIGNATURES), metrics, {"payments"})[0])
    wrong, right = (
        record(
            topic.FEED_PAYMENTS,
            BODY,
            headers=[
                ("source", b"stripe"),
                ("account", b"acme/shop"),
                ("Stripe-Signature", signature(secret).encode()),
            ],
            timestamp_ms=int(NOW.timestamp() * 1000),
        )
        for secret in ("whsec_other", SECRET)
    )

    said = stage.process([wrong, right])

    assert said[0].topic == topic.DEAD_LETTERS
    assert {one.topic for one in said[1:]} == {topic.REFERENCES}
    assert dict(said[0].headers)["dead-letter-field"] == b"stripe-signature"
    labels = {"topic": topic.FEED_PAYMENTS, "cause": "signature"}
    assert metrics.registry.get_sample_value("orderstream_dead_letters_total", labels) == 1


def test_freshness_is_judged_by_when_the_delivery_was_received():
    """Not by when it is worked off: by its header, or by its record's own time."""
    kept = {"stripe_signature": signature(at=NOW)}
    later = NOW + timedelta(days=2)

    assert cause(process(SIGNATURES, at=later, received_at=NOW.isoformat(), **kept)) is None
    assert cause(process(SIGNATURES, at=later, **kept)) == "signature too old"


def paypal(verifier, **headers):
    delivery = Delivery(
        body=with_checksum(b"{}", CHECKSUM), account="acme/shop", headers=RECORDED | headers
    )
    return verifier.refuse(SOURCES["paypal"], delivery, SENT_AT)


def test_a_key_is_asked_for_where_the_scheme_has_one():
    """PayPal's certificate by the address that the delivery names, once."""
    asked = []

    def fetch(url):
        asked.append(url)
        return CERTIFICATE

    verifier = Verifier({"paypal": Signing(webhook_id="WEBHOOK_ID")}, KeyStore(fetch))

    assert paypal(verifier) is None
    assert paypal(verifier) is None
    assert paypal(verifier, **{"paypal-transmission-id": "x"}).reason == "signature differs"
    assert asked == [RECORDED["paypal-cert-url"]]


def test_without_the_key_a_delivery_waits_among_the_dead_letters():
    """It is neither believed nor lost."""

    def fetch(url):
        raise KeyNotAtHandError("status 503")

    verifier = Verifier({"paypal": Signing(webhook_id="WEBHOOK_ID")}, KeyStore(fetch))

    assert paypal(verifier).reason == "signature: its key is not at hand, status 503"


def test_an_address_that_is_not_the_vendors_is_never_asked():
    """The delivery names it, so it proves nothing."""
    verifier = Verifier({"paypal": Signing(webhook_id="W")}, KeyStore(_must_not_be_asked))

    refused = paypal(verifier, **{"paypal-cert-url": "https://evil.example/cert"})

    assert refused.reason == "signature made with a key that is not known"


def _must_not_be_asked(url):
    raise AssertionError(url)


def test_a_key_set_that_lacks_the_key_is_fetched_anew():
    """ShipEngine changes keys: the set at hand may be from before; asked at most now and then."""
    clock, asked = [0.0], []

    def fetch(url):
        asked.append(url)
        return b'{"keys": []}'

    headers = {
        "x-shipengine-rsa-sha256-signature": "bm8=",
        "x-shipengine-rsa-sha256-key-id": "k9",
        "x-shipengine-timestamp": NOW.isoformat(),
    }
    delivery = Delivery(body=b"{}", account="acme/shop", headers=headers)
    verifier = Verifier({"shipengine": Signing()}, KeyStore(fetch, lambda: clock[0]))

    for clock[0] in (1_000.0, 1_001.0, 1_300.0):
        refused = verifier.refuse(SOURCES["shipengine"], delivery, NOW)
        assert refused.reason == "signature made with a key that is not known"
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("signatures", "told"),
    [
        ({"stripee": {"secrets": [SECRET]}}, "'stripee' signs in no way known"),
        ({"stripe/acme": {"secrets": [SECRET]}}, "is not SOURCE or SOURCE/TENANT/CHANNEL"),
        ({"stripe": {"secret": [SECRET]}}, "Extra inputs"),
        ({"stripe": {"secrets": [SECRET] * 5}}, "at most 4"),
    ],
)
def test_a_wrong_setting_is_one_line_without_the_secret(signatures, told):
    with pytest.raises(SettingsError) as error:
        load_settings(signatures=signatures)

    assert told in str(error.value)
    assert SECRET not in str(error.value)


def test_secrets_are_masked_where_settings_are_shown():
    shown = {name: value for name, value, _ in explain(load_settings(signatures=SIGNATURES))}

    assert "stripe" in shown["ORDERSTREAM_SIGNATURES"]
    assert "whsec" not in shown["ORDERSTREAM_SIGNATURES"]


def normalize(tmp_path, *options, header, secret=SECRET):
    file = tmp_path / "payload.json"
    file.write_bytes(BODY)
    arguments = ["normalize", "--source", "stripe", *options, "--header", f"{header}", str(file)]
    return CliRunner().invoke(main, arguments, env={"A_SECRET": secret, "NONE": ""})


def test_a_payload_is_verified_by_hand(tmp_path):
    """With a secret in a variable, or an entry as in the settings."""
    now = datetime.now(UTC)
    entry = json.dumps({"secrets": ["x", SECRET]})
    right = f"Stripe-Signature={signature(at=now)}"
    wrong = f"Stripe-Signature={signature('whsec_other', now)}"
    option = ("--secret-env", "A_SECRET")

    assert normalize(tmp_path, *option, header=right).exit_code == 0
    assert normalize(tmp_path, *option, header=right, secret=entry).exit_code == 0
    refused = normalize(tmp_path, *option, header=wrong)
    assert refused.exit_code == 3
    assert json.loads(refused.stdout) == {
        "quarantined": "stripe-signature",
        "value": "",
        "reason": "signature differs",
    }
    missing = json.loads(normalize(tmp_path, *option, header="a=b").stdout)
    assert missing["reason"] == "signature missing"


def test_a_payload_that_was_kept_is_verified_at_its_time(tmp_path):
    option = ("--secret-env", "A_SECRET", "--header", f"received_at={NOW.isoformat()}")

    kept = normalize(tmp_path, *option, header=f"stripe-signature={signature()}")
    old = normalize(tmp_path, *option[:2], header=f"stripe-signature={signature()}")

    assert kept.exit_code == 0
    assert json.loads(old.stdout)["reason"] == "signature too old"


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("NONE", "", "no such variable"),
        ("A_SECRET", '{"secrets": "whsec_current"}', "is no JSON with"),
    ],
)
def test_a_variable_without_a_secret_is_wrong_use(tmp_path, variable, value, told):
    result = normalize(tmp_path, "--secret-env", variable, header="a=b", secret=value)

    assert result.exit_code == 2
    assert told in result.stderr
    assert "whsec" not in result.stderr


def test_a_certificate_may_be_given_as_a_file(tmp_path):
    """For whoever has no way out to PayPal; the payload here is no event, which is said."""
    certificate = tmp_path / "certificate.pem"
    certificate.write_bytes(CERTIFICATE)
    payload = tmp_path / "payload"
    payload.write_bytes(with_checksum(b"{}", CHECKSUM))
    headers = [f"--header={name}={text}" for name, text in RECORDED.items()]

    result = CliRunner().invoke(
        main,
        [
            "normalize",
            "--source=paypal",
            "--secret-env=ENTRY",
            f"--key-file={certificate}",
            f"--header=received_at={SENT_AT.isoformat()}",
            *headers,
            str(payload),
        ],
        env={"ENTRY": '{"webhook_id": "WEBHOOK_ID"}'},
    )

    assert result.exit_code == 3
    assert "signature" not in result.stdout
