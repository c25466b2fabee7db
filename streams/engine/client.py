"""How every client of the engine reaches the brokers, and how a start waits for them."""

from __future__ import annotations

import asyncio
import logging
import ssl
from typing import TYPE_CHECKING, Any, Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

if TYPE_CHECKING:
    from streams.settings import Settings

_log = logging.getLogger(__name__)

_RETRY_SECONDS_FIRST: Final = 0.5
_RETRY_SECONDS_MAX: Final = 15.0
_PROBE_SECONDS_MAX: Final = 3.0


def client_options(settings: Settings) -> dict[str, Any]:  # Any: aiokafka's untyped keywords
    """Give the keywords that every aiokafka client of this installation shares."""
    options: dict[str, Any] = {
        "bootstrap_servers": list(settings.broker_addresses),
        "security_protocol": settings.security_protocol.upper(),
        "request_timeout_ms": int(settings.request_seconds_max * 1000),
    }
    if "ssl" in settings.security_protocol:
        options["ssl_context"] = _ssl_context(settings)
    if settings.security_protocol.startswith("sasl"):
        options["sasl_mechanism"] = settings.sasl_mechanism
        options["sasl_plain_username"] = settings.sasl_user
        options["sasl_plain_password"] = (
            settings.sasl_password.get_secret_value() if settings.sasl_password else None
        )
    return options


def _ssl_context(settings: Settings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=settings.ssl_ca)
    if settings.ssl_certificate:
        context.load_cert_chain(settings.ssl_certificate, settings.ssl_key)
    return context


async def wait_for_brokers(settings: Settings) -> None:
    """Return when a broker answers; one log line a try, for ever."""
    pause = _RETRY_SECONDS_FIRST
    while True:
        try:
            await _ask_once(settings)
        except (KafkaError, OSError, TimeoutError) as error:
            _log.warning(
                "broker away, trying again: brokers=%s pause_seconds=%.1f error=%r",
                settings.brokers,
                pause,
                error,
            )
        else:
            return
        await asyncio.sleep(pause)
        pause = min(pause * 2, _RETRY_SECONDS_MAX)


async def _ask_once(settings: Settings) -> None:
    if not await a_broker_listens(settings):
        raise ConnectionRefusedError(settings.brokers)
    admin = AIOKafkaAdminClient(**client_options(settings))
    try:
        await asyncio.wait_for(admin.start(), settings.request_seconds_max)
    finally:
        await admin.close()


async def a_broker_listens(settings: Settings) -> bool:
    """Tell whether any broker accepts a connection; cheap enough for every few seconds."""
    for address in settings.broker_addresses:
        host, _, port = address.rpartition(":")
        try:
            _, writer = await asyncio.wait_for(
                asyncio.open_connection(host, int(port)), _PROBE_SECONDS_MAX
            )
        except (OSError, TimeoutError):
            continue
        writer.close()
        return True
    return False
