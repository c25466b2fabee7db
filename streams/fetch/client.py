"""One request for one document: what came of it, and whether asking again makes sense.

A request leads below the base of its account and nowhere else: paths are checked, redirects are
not followed, and the environment's proxies are not used. A body is read up to the size that a
feed takes and must be whole.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING, Final

import httpx

from connectors.body import admit, parse
from connectors.delivery import BODY_BYTES_MAX, Quarantined

if TYPE_CHECKING:
    from ssl import SSLContext

    from connectors.delivery import Source
    from streams.fetch.account import Fetching

WAIT_SECONDS_MAX: Final = 3_600.0
"""As long as a server may ask for; more is a mistake, or malice."""

_NO_CONTENT: Final = 204
_OK: Final = 200
_NOT_FOUND: Final = (404, 410)
_AGAIN: Final = frozenset({408, 425, 429})
_NOT_ALLOWED: Final = frozenset({401, 403})
_SERVER_ERROR: Final = 500
_REDIRECT: Final = range(300, 400)
_RESET_MS: Final = "x-rate-limit-time-reset-ms"
"""BigCommerce's way to say when its window ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What was asked for; None where there is nothing to bring (204)."""

    body: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Why there is no document.

    `again` says that asking later may help, `soon` that it only helps soon (a document that is
    not readable yet). `account` says that the fault is not this document's: the account or its
    server is in trouble. `wait_seconds` is what the server asked for.
    """

    cause: str
    again: bool = False
    soon: bool = False
    account: bool = False
    wait_seconds: float = 0.0


Answer = Document | Failed


class Client:
    """Asks the APIs; one for all partitions of a process.

    No connection is kept: requests are a few a second at most, and nothing is left to close when
    a partition goes to another worker.
    """

    def __init__(self, *, seconds_max: float) -> None:
        self._seconds_max = seconds_max
        self._tasks: set[asyncio.Task[Answer]] = set()

    def start(self, fetching: Fetching, source: Source, path: str) -> asyncio.Task[Answer]:
        """Begin a request; it is held here, for whoever began it may be gone before it ends."""
        task = asyncio.get_running_loop().create_task(self.get(fetching, source, path))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def get(self, fetching: Fetching, source: Source, path: str) -> Answer:
        """Ask for a document; whatever happens, the answer is a value."""
        try:
            async with asyncio.timeout(self._seconds_max):
                return await self._ask(fetching, source, path)
        except TimeoutError:
            return Failed(cause="no answer in time", again=True, account=True)
        except (httpx.HTTPError, httpx.StreamError) as error:
            cause = f"connection: {type(error).__name__}"
            return Failed(cause=cause, again=True, account=True)
        except httpx.InvalidURL:
            return Failed(cause="the address is no URL")
        except OSError as error:
            cause = f"the token cannot be read: {type(error).__name__}"
            return Failed(cause=cause, again=True, account=True)
        except Exception as error:  # noqa: BLE001 - one document must not stop the others
            return Failed(cause=f"internal: {type(error).__name__}")

    async def _ask(self, fetching: Fetching, source: Source, path: str) -> Answer:
        headers = {"Accept": _accept(source), **fetching.credentials}
        async with (
            httpx.AsyncClient(
                verify=_trust(),
                follow_redirects=False,
                trust_env=False,
                timeout=self._seconds_max,
            ) as http,
            http.stream("GET", fetching.url(path), headers=headers) as response,
        ):
            refused = _refused(response)
            if refused is not None:
                return refused
            if response.status_code == _NO_CONTENT:
                return Document(body=None)
            return _checked(await _body(response), source)


@cache
def _trust() -> SSLContext:
    """Know the authorities whose certificates are believed; slow to read, so read once."""
    return httpx.create_ssl_context(trust_env=False)


def _accept(source: Source) -> str:
    return ", ".join(f"application/{each}" for each in source.formats if each != "form")


def _refused(response: httpx.Response) -> Failed | None:
    status = response.status_code
    cause = f"status {status}"
    if status in {_OK, _NO_CONTENT}:
        return None
    if status in _NOT_FOUND:
        return Failed(cause=cause, again=True, soon=True)
    if status in _AGAIN:
        wait = _wait_seconds(response.headers)
        return Failed(cause=cause, again=True, account=wait == 0, wait_seconds=wait)
    if status >= _SERVER_ERROR:
        wait = _wait_seconds(response.headers)
        return Failed(cause=cause, again=True, account=True, wait_seconds=wait)
    if status in _NOT_ALLOWED:
        return Failed(cause=f"{cause}: the credential is not taken", again=True, account=True)
    if status in _REDIRECT:
        return Failed(cause=f"{cause}: leads elsewhere, which is not followed")
    return Failed(cause=cause)


async def _body(response: httpx.Response) -> bytes | None:
    """Read the body; None where it is larger than a feed takes."""
    parts: list[bytes] = []
    size = 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > BODY_BYTES_MAX:
            return None
        parts.append(part)
    return b"".join(parts)


def _checked(body: bytes | None, source: Source) -> Answer:
    """Take a whole document only: a proxy's error page or half an answer is worth another try."""
    if body is None:
        return Failed(cause=f"body over {BODY_BYTES_MAX} bytes")
    admitted = admit(body, source.formats, duplicates=False)
    if isinstance(admitted, Quarantined):
        return Failed(cause=f"body: {admitted.reason}", again=True)
    try:
        parse(body)
    except ValueError:
        return Failed(cause="body: malformed", again=True)
    return Document(body=body)


def _wait_seconds(headers: httpx.Headers) -> float:
    """Read how long the server wants to be left alone; 0 where it does not say."""
    told = headers.get("retry-after", "").strip()
    seconds = 0.0
    if told.isascii() and told.isdigit():
        seconds = float(told[:10])
    elif told:
        seconds = _until(told)
    elif (reset := headers.get(_RESET_MS, "")).isascii() and reset.isdigit():
        seconds = float(reset[:10]) / 1_000
    return min(max(seconds, 0.0), WAIT_SECONDS_MAX)


def _until(date: str) -> float:
    try:
        at = parsedate_to_datetime(date)
    except ValueError:
        return 0.0
    return (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
