"""One request for one document: every answer and every fault is a value, and it goes nowhere else."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from pydantic import ValidationError

from connectors.delivery import BODY_BYTES_MAX
from connectors.registry import SOURCES
from streams.fetch.account import Fetching, check_accounts, find_account
from streams.fetch.client import WAIT_SECONDS_MAX, Client, Document, Failed
from streams.fetch.seal import is_sealed, seal
from tests.harness.vendor import Reply, Vendor

SOURCE = SOURCES["bigcommerce"]
PATH = "v2/orders/5?include=x"


def ask(*replies, source=SOURCE, seconds_max=20.0, **settings):
    """Ask a vendor that answers so; give what came of it and what the vendor saw."""

    async def run():
        async with Vendor() as vendor:
            vendor.replies[f"/stores/abc/{PATH}"] = list(replies)
            fetching = Fetching(base_url=f"{vendor.url}/stores/abc", **settings)
            client = Client(seconds_max=seconds_max)
            return await client.get(fetching, source, PATH), vendor.asked

    return asyncio.run(run())


def test_a_document_is_brought_as_it_is():
    """
    Byte for byte, from below the account's base.
    """
    body = b'{"id":  5 , "name": "\xc3\xa9"}'

    answer, [(path, headers)] = ask(Reply(body=body), auth="header", token="t0ken")

    assert answer == Document(body=body)
    assert path == f"/stores/abc/{PATH}"
    assert (headers["x-auth-token"], headers["accept"]) == ("t0ken", "application/json")


@pytest.mark.parametrize(
    ("settings", "header", "expected"),
    [
        ({"auth": "bearer", "token": "a"}, "authorization", "bearer a"),
        ({"auth": "basic", "user": "u", "token": "p"}, "authorization", "basic dtpw"),
        ({"auth": "header", "header": "X-Key", "token": "k"}, "x-key", "k"),
        ({"auth": "none", "token": "k"}, "authorization", None),
    ],
)
def test_who_asks_is_said_in_the_vendors_way(settings, header, expected):
    """
    The vendor of the test reads headers in lower case.
    """
    _, [(_, headers)] = ask(Reply(), **settings)

    assert headers.get(header) == expected


def test_a_token_that_somebody_renews_is_read_at_each_request(tmp_path):
    """
    An access token of OAuth lasts an hour; a file that is away for a moment passes.
    """
    file = tmp_path / "token"
    settings = {"auth": "bearer", "token": "the-seal", "token_file": str(file)}

    away, _ = ask(Reply(), **settings)
    file.write_text("renewed\n")
    answer, [(_, headers)] = ask(Reply(), **settings)

    assert (away.again, away.account) == (True, True)
    assert (answer, headers["authorization"]) == (Document(body=b"{}"), "bearer renewed")


def test_nothing_to_bring_is_no_failure():
    """
    An order without shipments answers 204.
    """
    assert ask(Reply(204, b""))[0] == Document(body=None)


FAULTS = [
    (Reply(500), Failed(cause="status 500", again=True, account=True)),
    (Reply(502), Failed(cause="status 502", again=True, account=True)),
    (
        Reply(503, headers={"Retry-After": "7"}),
        Failed(cause="status 503", again=True, account=True, wait_seconds=7),
    ),
    (Reply(429), Failed(cause="status 429", again=True, account=True)),
    (
        Reply(429, headers={"Retry-After": "30"}),
        Failed(cause="status 429", again=True, wait_seconds=30),
    ),
    (
        Reply(429, headers={"X-Rate-Limit-Time-Reset-Ms": "1500"}),
        Failed(cause="status 429", again=True, wait_seconds=1.5),
    ),
    (
        Reply(429, headers={"Retry-After": "99999999"}),
        Failed(cause="status 429", again=True, wait_seconds=WAIT_SECONDS_MAX),
    ),
    (
        Reply(429, headers={"Retry-After": "soon"}),
        Failed(cause="status 429", again=True, account=True),
    ),
    (Reply(404), Failed(cause="status 404", again=True, soon=True)),
    (Reply(410), Failed(cause="status 410", again=True, soon=True)),
    (
        Reply(401),
        Failed(cause="status 401: the credential is not taken", again=True, account=True),
    ),
    (Reply(400), Failed(cause="status 400")),
    (
        Reply(302, headers={"Location": "http://127.0.0.1:1/latest/meta-data"}),
        Failed(cause="status 302: leads elsewhere, which is not followed"),
    ),
    (Reply(body=b'{"id": 5, "na'), Failed(cause="body: malformed", again=True)),
    (
        Reply(body=b"<html>Bad gateway</html>"),
        Failed(cause="body: is XML, not JSON", again=True),
    ),
    (Reply(body=b""), Failed(cause="body: empty body", again=True)),
    (Reply(body=b"\xff{}"), Failed(cause="body: not UTF-8", again=True)),
    (
        Reply(body=json.dumps(["x" * 1_000] * 300).encode()),
        Failed(cause=f"body over {BODY_BYTES_MAX} bytes"),
    ),
    (
        Reply(body=b'{"id": 5, "name": "long"}', cut=9),
        Failed(cause="connection: RemoteProtocolError", again=True, account=True),
    ),
    (Reply(dead=True), Failed(cause="connection: RemoteProtocolError", again=True, account=True)),
]


@pytest.mark.parametrize(
    ("reply", "expected"), FAULTS, ids=lambda one: getattr(one, "cause", None) or ""
)
def test_a_fault_is_a_value_that_says_whether_to_try_again(reply, expected):
    """
    A document's own fault, the account's, or one that passes.
    """
    assert ask(reply)[0] == expected


def test_a_slow_answer_is_not_waited_for():
    """
    However it drips.
    """
    answer, _ = ask(Reply(slow=60), seconds_max=0.5)

    assert answer == Failed(cause="no answer in time", again=True, account=True)


def test_a_date_to_retry_after_is_read():
    """
    The other form that HTTP has.
    """
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)

    answer, _ = ask(Reply(503, headers={"Retry-After": at}))

    assert 90 < answer.wait_seconds <= 100


def test_a_server_that_is_not_there_is_the_accounts_fault():
    """
    Connection refused.
    """
    fetching = Fetching(base_url="http://127.0.0.1:9")

    answer = asyncio.run(Client(seconds_max=1.0).get(fetching, SOURCE, PATH))

    assert (answer.again, answer.account) == (True, True)


def test_a_redirect_is_never_followed():
    """
    Not even to the same host.
    """
    _, asked = ask(Reply(307, headers={"Location": "/stores/abc/secret"}))

    assert len(asked) == 1


@pytest.mark.parametrize(
    "base",
    [
        "http://api.example.org",
        "ftp://api.example.org",
        "https://user:secret@api.example.org",
        "https://api.example.org/?key=1",
        "https://api.example.org/#x",
        "api.example.org",
    ],
)
def test_a_base_that_is_not_safe_is_refused(base):
    """
    Credentials go over TLS, and stand in settings of their own.
    """
    with pytest.raises(ValidationError):
        Fetching(base_url=base)


def test_settings_are_found_by_account_before_source():
    """
    Each shop has its own address and its own token.
    """
    whole = Fetching(base_url="https://one.example.org")
    own = Fetching(base_url="https://two.example.org")
    settings = {"magento": whole, "magento/acme/shop": own}

    found = [find_account(settings, "magento", account) for account in ("acme/shop", "acme/b")]

    assert found == [own, whole]
    assert find_account(settings, "mollie", "acme/shop") is None


@pytest.mark.parametrize("name", ["", "magento/acme", "magento/acme/shop/x", "magento//shop"])
def test_a_setting_for_no_account_is_refused(name):
    """
    A typing error would otherwise be an account without an address.
    """
    with pytest.raises(ValueError, match="is not SOURCE"):
        check_accounts({name: Fetching(base_url="https://one.example.org")})


ABOUT = ("magento", "acme/shop", "orders", b"{}")


@pytest.mark.parametrize(
    ("token", "about", "expected"),
    [
        ("t", ABOUT, True),
        ("other", ABOUT, False),
        ("", ABOUT, False),
        ("t", ("magento", "acme/shop2", "orders", b"{}"), False),
        ("t", ("magento", "acme/shop", "invoices", b"{}"), False),
        ("t", ("magento", "acme/shop", "orders", b"{ }"), False),
    ],
)
def test_a_seal_holds_for_one_document_of_one_account(token, about, expected):
    """
    Made with the credential that it was fetched by; without one there is none.
    """
    assert is_sealed(seal("t", *ABOUT), token, *about) is expected
    assert not is_sealed("", token, *about)
