"""Public keys that deliveries are signed with: fetched once, kept, never waited for long.

A processor must not wait, with this one exception: a key that is not at hand is fetched while
its partition stands still, `SECONDS_MAX` at most, and a failure is remembered for a while. PayPal
changes its certificate about once a year, ShipEngine's set is one document.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar
from urllib.parse import urlsplit

import httpx

from connectors.signature.public_key import KEY_HOSTS

ORIGINS: Final = frozenset(f"https://{host}" for host in KEY_HOSTS)
SECONDS_MAX: Final = 3.0
"""A third of the shortest session timeout that is usual: no partition is lost over a key."""

BYTES_MAX: Final = 64 * 1024
KEYS_MAX: Final = 64
KEEP_SECONDS: Final = 6 * 3600.0
"""So that a key that was withdrawn is not believed for long."""

RENEW_SECONDS: Final = 300.0
"""A key set that lacks a key is fetched again, but not at every such delivery."""

FAILED_SECONDS: Final = 30.0
FETCHES_PER_MINUTE_MAX: Final = 10
"""Names of certificates come with deliveries: an invented one must not cost seconds each."""

_log = logging.getLogger(__name__)

_Value = TypeVar("_Value")
Download = Callable[[str], bytes]


class KeyNotAtHandError(Exception):
    """The key cannot be had now; the delivery may be tried again later."""


class KeyStore:
    """Gives the key material of an address, from memory or from its host."""

    def __init__(
        self, download: Download | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._download = download or _download_from_their_hosts
        self._clock = clock
        self._kept: dict[str, tuple[float, bytes]] = {}
        self._failed: dict[str, float] = {}
        self._begun: deque[float] = deque(maxlen=FETCHES_PER_MINUTE_MAX)

    def get(self, url: str, *, newer: bool = False) -> bytes:
        """Give the key material of an address; `newer` asks for what the host says now.

        Raises KeyNotAtHandError where it cannot be had in time.
        """
        fetched_at, kept = self._kept.get(url, (0.0, b""))
        age = self._clock() - fetched_at
        if kept and age < (RENEW_SECONDS if newer else KEEP_SECONDS):
            return kept
        try:
            return self._fetch(url)
        except KeyNotAtHandError:
            if kept and not newer:
                return kept  # Older than it should be, yet the source's: its host is away.
            raise

    def _fetch(self, url: str) -> bytes:
        now = self._clock()
        if now - self._failed.get(url, -FAILED_SECONDS) < FAILED_SECONDS:
            raise KeyNotAtHandError("failed a moment ago")
        if len(self._begun) == FETCHES_PER_MINUTE_MAX and now - self._begun[0] < 60:
            raise KeyNotAtHandError("too many fetches")
        self._begun.append(now)
        try:
            content = self._download(url)
        except KeyNotAtHandError as error:
            _log.warning("key not fetched: url=%s reason=%s", url, error)
            _keep(self._failed, url, now)
            raise
        self._failed.pop(url, None)
        _keep(self._kept, url, (self._clock(), content))
        return content


def _keep(kept: dict[str, _Value], url: str, value: _Value) -> None:
    """Keep a value as the newest; the oldest goes where there are too many."""
    kept.pop(url, None)
    kept[url] = value
    if len(kept) > KEYS_MAX:
        del kept[next(iter(kept))]


def download(url: str, origins: Collection[str] = ORIGINS, seconds: float = SECONDS_MAX) -> bytes:
    """Fetch a small document from an origin that is allowed; no redirect is followed.

    Raises KeyNotAtHandError for any answer but that document, in time.
    """
    parts = urlsplit(url)
    if f"{parts.scheme}://{parts.netloc}" not in origins:
        raise KeyNotAtHandError("not an origin that keys are fetched from")
    executor = ThreadPoolExecutor(1, thread_name_prefix="key")
    try:
        # httpx limits each step of a request, not the whole: a host that trickles would hold us.
        return executor.submit(_get, url, seconds).result(seconds)
    except TimeoutError:
        raise KeyNotAtHandError("took too long") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise KeyNotAtHandError(type(error).__name__) from error
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def _get(url: str, seconds: float) -> bytes:
    content = b""
    transport = httpx.HTTPTransport(retries=1)
    with (
        httpx.Client(timeout=seconds, transport=transport, trust_env=False) as client,
        client.stream("GET", url) as answer,
    ):
        if answer.status_code != httpx.codes.OK:
            raise KeyNotAtHandError(f"status {answer.status_code}")
        for chunk in answer.iter_bytes():
            content += chunk
            if len(content) > BYTES_MAX:
                raise KeyNotAtHandError(f"over {BYTES_MAX} bytes")
    if not content:
        raise KeyNotAtHandError("empty")
    return content


def _download_from_their_hosts(url: str) -> bytes:
    return download(url)
