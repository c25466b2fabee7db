"""Everything real is put together here: settings and stages in, a Faust app out.

Nothing happens at import. A worker's roles are the stages it is given; workers of one
installation may have different roles.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, Protocol

import faust
import uvloop
from faust.app import base
from faust.transport import conductor
from faust.worker import Worker
from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from yarl import URL

from streams.engine.engine import Engine
from streams.engine.errors import UnfitRuntimeError
from streams.engine.quiet import quieten
from streams.engine.transport import Fetched, Transport
from streams.health import HealthServer, Vitals
from streams.metric import Metrics

if TYPE_CHECKING:
    from mode import ServiceT

    from streams.engine.crash import Die
    from streams.engine.stage import Stage
    from streams.settings import Settings

_NEVER_SECONDS: Final = 2_000_000.0
_GARBAGE_THRESHOLDS: Final = (50_000, 20, 50)
_M_TRIM_THRESHOLD: Final = -1  # these two names and numbers are of glibc's malloc.h
_M_MMAP_THRESHOLD: Final = -3
_OWN_MAPPING_BYTES_MIN: Final = 32 * 1024 * 1024  # glibc takes no larger one
_GIVEN_BACK_BYTES_MIN: Final = 2 * _OWN_MAPPING_BYTES_MIN  # as glibc's own rule has it


class _Boot(base.BootStrategy):
    """Health first, then the engine, then Faust; Faust's own producer and web stay off."""

    enable_kafka_producer = False
    enable_web = False

    def server(self) -> Iterable[ServiceT]:
        return chain([self.app.health, self.app.engine], super().server())


class Work(Vitals, Protocol):
    """Who does the work of an app: the engine of the agents, or that of the view."""

    def deliver(self, fetched: Fetched) -> None:
        """Take fetched records."""

    def surprise(self, cause: str, error: BaseException) -> None:
        """End the process."""


class App(faust.App):
    """A Faust app whose work is done by the engine."""

    BootStrategy = _Boot
    engine: Work
    health: HealthServer

    async def on_first_start(self) -> None:
        """Make no directories: state lives in Kafka."""

    def _crash(self, reason: BaseException) -> None:
        self.engine.surprise("faust crashed", reason)
        super()._crash(reason)


def create_app(
    settings: Settings,
    stages: Sequence[Stage],
    *,
    metrics: Metrics | None = None,
    die: Die | None = None,
) -> App:
    """Put a worker together: one agent per stage, the engine behind them."""
    _insist_on_compiled_faust()
    metrics = metrics or Metrics(CollectorRegistry())
    options: dict[str, Any] = {} if die is None else {"die": die}
    engine = Engine(settings=settings, stages=stages, metrics=metrics, **options)
    agents = {stage.name: stage.topic for stage in stages}
    return assemble(settings, engine, agents, metrics)


def assemble(
    settings: Settings,
    engine: Work,
    agents: Mapping[str, str],
    metrics: Metrics,
    transport: type[Transport] = Transport,
) -> App:
    """Make a Faust app with an agent per topic that hands what it reads to the engine."""
    app = App(settings.application_id, **_faust_options(settings))
    app.engine = engine
    app.health = HealthServer(settings=settings, metrics=metrics, vitals=engine)
    app.transport = transport(
        [URL(f"kafka://{address}") for address in settings.broker_addresses], app
    )
    for name, topic in agents.items():
        _add_agent(app, name, topic)
    return app


def run_worker(
    settings: Settings, stages: Sequence[Stage], *, metrics: Metrics | None = None
) -> int:
    """Run until told to stop (0) or until a surprise (the process is gone, 70)."""
    metrics = metrics or Metrics(CollectorRegistry())
    return run_app(settings, lambda: create_app(settings, stages, metrics=metrics), metrics)


def run_app(settings: Settings, make: Callable[[], App], metrics: Metrics) -> int:
    """Run an app until told to stop (0) or until a surprise (the process is gone, 70)."""
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    with contextlib.suppress(ValueError):  # the caller's registry has them already
        ProcessCollector(registry=metrics.registry)
        PlatformCollector(registry=metrics.registry)
    worker = Worker(
        make(), loglevel=settings.log_level, redirect_stdouts=False, logging_config=None
    )
    quieten()
    _collect_garbage_rarely()
    _keep_freed_memory()
    try:
        worker.execute_from_commandline()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def _collect_garbage_rarely() -> None:
    """Look for cycles after every 50,000 new objects instead of every 700.

    Orders in memory are many and are no cycles: walking over them again and again took a fifth of
    the lifecycle's time. Cycles are rare here (exceptions, connections), so they can wait.
    """
    gc.freeze()  # what is loaded by now stays
    gc.set_threshold(*_GARBAGE_THRESHOLDS)


def _keep_freed_memory() -> None:
    """Let buffers of fetches be made of memory that is there already, where glibc allocates.

    By its own rules every large buffer is a mapping of its own, or goes back to the system as
    soon as it is freed, and the next one is paged in and zeroed anew: half of a recovery (ADR 43).
    """
    with contextlib.suppress(AttributeError):  # another C library
        tune = ctypes.CDLL(None).mallopt
        tune(_M_MMAP_THRESHOLD, _OWN_MAPPING_BYTES_MIN)
        tune(_M_TRIM_THRESHOLD, _GIVEN_BACK_BYTES_MIN)


def _insist_on_compiled_faust() -> None:
    if conductor.ConductorHandler is None:
        raise UnfitRuntimeError("faust's compiled extension is missing or switched off")


def _faust_options(settings: Settings) -> dict[str, Any]:  # Any: faust's untyped keywords
    return {
        "broker": [f"kafka://{address}" for address in settings.broker_addresses],
        "autodiscover": False,
        "web_enabled": False,
        "topic_allow_declare": False,
        "topic_disable_leader": True,
        "stream_wait_empty": True,
        "stream_recovery_delay": 0.0,
        "broker_max_poll_interval": _NEVER_SECONDS,
        "broker_request_timeout": settings.request_seconds_max,
        "broker_session_timeout": settings.session_timeout_seconds,
        "broker_heartbeat_interval": settings.heartbeat_seconds,
        "broker_commit_interval": _NEVER_SECONDS,
    }


def _add_agent(app: App, name: str, topic: str) -> None:
    source = app.topic(
        topic,
        key_type=bytes,
        key_serializer="raw",
        value_type=bytes,
        value_serializer="raw",
    )
    app.agent(source, name=name, concurrency=1)(_agent(app.engine))


def _agent(engine: Work) -> Callable[[AsyncIterator[Sequence[Fetched]]], Awaitable[None]]:
    async def hand_over(stream: AsyncIterator[Sequence[Fetched]]) -> None:
        async for poll in stream:
            try:
                for fetched in poll:
                    engine.deliver(fetched)
            except Exception as error:  # noqa: BLE001 - Faust would acknowledge it (fact F1)
                engine.surprise("agent", error)

    return hand_over
