"""How every client of the engine reaches the brokers, and how a start waits for them."""

from __future__ import annotations

import asyncio
import logging
import ssl
from typing import TYPE_CHECKING, Any, Final

from aiokafka.conn import create_conn
from aiokafka.errors import (
    IllegalSaslStateError,
    KafkaConnectionError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)
from aiokafka.protocol.metadata import MetadataRequest

from streams.engine.errors import NotAdmittedError
from streams.tls import tls_context

if TYPE_CHECKING:
    from streams.settings import Settings

_log = logging.getLogger(__name__)

_RETRY_SECONDS_FIRST: Final = 0.5
_RETRY_SECONDS_MAX: Final = 15.0
_PROBE_SECONDS_MAX: Final = 3.0
_KNOCK_MS_MAX: Final = 10_000


def client_options(settings: Settings) -> dict[str, Any]:  # Any: aiokafka's untyped keywords
    """Give the keywords that every aiokafka client of this installation shares."""
    options: dict[str, Any] = {
        "bootstrap_servers": list(settings.broker_addresses),
        "security_protocol": settings.security_protocol.upper(),
        "request_timeout_ms": int(settings.request_seconds_max * 1000),
    }
    if "ssl" in settings.security_protocol:
        options["ssl_context"] = tls_context(
            ca=settings.ssl_ca, certificate=settings.ssl_certificate, key=settings.ssl_key
        )
    if settings.security_protocol.startswith("sasl"):
        options["sasl_mechanism"] = settings.sasl_mechanism
        options["sasl_plain_username"] = settings.sasl_user
        options["sasl_plain_password"] = (
            settings.sasl_password.get_secret_value() if settings.sasl_password else None
        )
    return options


async def wait_for_brokers(settings: Settings) -> None:
    """Return when a broker answers; one log line a try, for ever."""
    pause = _RETRY_SECONDS_FIRST
    while True:
        try:
            await knock(settings)
        except (NotAdmittedError, KafkaError, OSError, TimeoutError) as error:
            _log.warning(
                "%s, trying again: brokers=%s pause_seconds=%.1f error=%s",
                "not admitted" if isinstance(error, NotAdmittedError) else "broker away",
                settings.brokers,
                pause,
                error,
            )
        else:
            return
        await asyncio.sleep(pause)
        pause = min(pause * 2, _RETRY_SECONDS_MAX)


async def knock(settings: Settings) -> None:
    """Be let in by one of the brokers.

    aiokafka's own clients keep to themselves why they were not. Raises NotAdmittedError, or what
    happened where the brokers may only be away.
    """
    if not await a_broker_listens(settings):
        raise ConnectionRefusedError(f"no broker answers at {settings.brokers}")
    options = client_options(settings)
    del options["bootstrap_servers"]
    options["request_timeout_ms"] = min(options["request_timeout_ms"], _KNOCK_MS_MAX)
    failures: list[Exception] = []
    for address in settings.broker_addresses:
        host, _, port = address.rpartition(":")
        try:
            connection = await create_conn(host, int(port), **options)
            try:
                await connection.send(MetadataRequest([]))
            finally:
                connection.close()
        except (KafkaError, OSError, TimeoutError) as error:
            failures.append(_judged(error, address, settings))
        else:
            return
    raise next((each for each in failures if isinstance(each, NotAdmittedError)), failures[0])


def _judged(error: Exception, address: str, settings: Settings) -> Exception:
    """Tell what another try cannot mend from a broker that is away."""
    match error:
        case SaslAuthenticationFailed() | UnsupportedSaslMechanismError():
            return NotAdmittedError(f"{address} refuses: {' '.join(map(str, error.args))}")
        case IllegalSaslStateError():
            return NotAdmittedError(f"{address} asks for no SASL: {_protocol(settings)}")
        case ssl.SSLCertVerificationError():
            reason = error.verify_message.rstrip(".")
            return NotAdmittedError(f"{address} is not trusted (ORDERSTREAM_SSL_CA): {reason}")
        case ssl.SSLError() if not isinstance(error, ssl.SSLEOFError):
            return NotAdmittedError(f"{address}: {error.reason}: {_protocol(settings)}")
        case KafkaConnectionError() | ConnectionResetError() | ssl.SSLEOFError():
            return ConnectionResetError(
                f"{address} ends the connection without a word: it starts, it stops, "
                f"or it wants something else than {_protocol(settings)}"
            )
        case _:
            return error


def _protocol(settings: Settings) -> str:
    told = f"ORDERSTREAM_SECURITY_PROTOCOL={settings.security_protocol}"
    if "ssl" in settings.security_protocol and not settings.ssl_certificate:
        told += " without ORDERSTREAM_SSL_CERTIFICATE"
    return told


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
