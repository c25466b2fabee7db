"""Fetching public keys: from a host on this machine that behaves, and then does not."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from streams.key_store import (
    BYTES_MAX,
    FAILED_SECONDS,
    FETCHES_PER_MINUTE_MAX,
    KEEP_SECONDS,
    KEYS_MAX,
    ORIGINS,
    RENEW_SECONDS,
    KeyNotAtHandError,
    KeyStore,
    download,
)


class Host(BaseHTTPRequestHandler):
    """Answers by path, as a host of keys might on a good or a bad day."""

    def do_GET(self):
        if self.path == "/slow":
            self._trickle()
            return
        status, body = {
            "/key": (200, b"a key"),
            "/moved": (302, b"a key"),
            "/gone": (404, b"not found"),
            "/empty": (200, b""),
            "/huge": (200, b"x" * (BYTES_MAX + 1)),
        }[self.path]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Location", "/key")
        self.end_headers()
        self.wfile.write(body)

    def _trickle(self):
        """Send a byte now and then, so that no single read takes too long."""
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        for _ in range(20):
            try:
                self.wfile.write(b"x")
                self.wfile.flush()
            except OSError:
                return
            time.sleep(0.1)

    def log_message(self, *arguments):
        """Say nothing."""


@pytest.fixture(scope="module")
def origin():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_key_is_fetched_from_an_origin_that_is_allowed(origin):
    assert download(f"{origin}/key", {origin}) == b"a key"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/moved", "status 302"),
        ("/gone", "status 404"),
        ("/empty", "empty"),
        ("/huge", f"over {BYTES_MAX} bytes"),
    ],
)
def test_any_other_answer_is_no_key(origin, path, reason):
    with pytest.raises(KeyNotAtHandError, match=reason):
        download(origin + path, {origin})


def test_a_host_that_trickles_holds_nobody(origin):
    began = time.monotonic()

    with pytest.raises(KeyNotAtHandError, match=r"took too long|Timeout"):
        download(f"{origin}/slow", {origin}, 0.3)

    assert time.monotonic() - began < 1.5


def test_a_host_that_is_away_is_said(origin):
    del origin
    with pytest.raises(KeyNotAtHandError, match="ConnectError"):
        download("http://127.0.0.1:1/key", {"http://127.0.0.1:1"})


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/key",
        "http://api.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.paypal.com:444/v1/notifications/certs/CERT-1",
        "https://api.paypal.com@evil.example/",
        "file:///etc/passwd",
        "",
    ],
)
def test_no_other_origin_is_ever_asked(url):
    """Addresses of keys come with deliveries."""
    assert all(origin.startswith("https://") for origin in ORIGINS)
    with pytest.raises(KeyNotAtHandError, match="not an origin"):
        download(url)


class Shelf:
    """A host in memory, and a clock beside it."""

    def __init__(self):
        self.now = 1_000.0
        self.asked = []
        self.away = False

    def download(self, url):
        self.asked.append(url)
        if self.away:
            raise KeyNotAtHandError("away")
        return f"{url} {len(self.asked)}".encode()

    def store(self):
        return KeyStore(self.download, lambda: self.now)


def test_a_key_is_fetched_once_and_again_when_it_is_old():
    shelf = Shelf()
    store = shelf.store()

    assert store.get("a") == store.get("a") == b"a 1"
    shelf.now += KEEP_SECONDS
    assert store.get("a") == b"a 2"


def test_a_newer_key_is_fetched_but_not_at_every_delivery():
    """A key set that lacks the key named may have got it since."""
    shelf = Shelf()
    store = shelf.store()
    store.get("a")

    assert store.get("a", newer=True) == b"a 1"
    shelf.now += RENEW_SECONDS
    assert store.get("a", newer=True) == b"a 2"


def test_while_its_host_is_away_an_old_key_serves():
    """Better than to refuse what may be right; a key that is asked for anew does not."""
    shelf = Shelf()
    store = shelf.store()
    store.get("a")
    shelf.away, shelf.now = True, shelf.now + KEEP_SECONDS

    assert store.get("a") == b"a 1"
    with pytest.raises(KeyNotAtHandError):
        store.get("a", newer=True)


def test_a_failure_is_remembered_for_a_while():
    """A host that is away costs its seconds once, not at each delivery."""
    shelf = Shelf()
    store = shelf.store()
    shelf.away = True

    for _ in range(3):
        with pytest.raises(KeyNotAtHandError):
            store.get("a")
    assert shelf.asked == ["a"]

    shelf.away, shelf.now = False, shelf.now + FAILED_SECONDS
    assert store.get("a") == b"a 2"


def test_invented_names_of_keys_are_bounded():
    """In fetches a minute and in memory."""
    shelf = Shelf()
    store = shelf.store()

    for number in range(FETCHES_PER_MINUTE_MAX):
        store.get(f"k{number}")
    with pytest.raises(KeyNotAtHandError, match="too many"):
        store.get("one more")
    shelf.now += 60
    for number in range(2 * KEYS_MAX):
        shelf.now += 10
        store.get(f"later{number}")
    assert len(store._kept) == KEYS_MAX
