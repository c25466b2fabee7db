"""The worker's own small web server: /metrics, /live and /ready, and nothing else.

Faust's own web server stays off: it answers OK to everything, starts only after recovery and
shows tables (fact F11). This one starts first, so it answers during recovery and while no broker
is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from aiohttp import web
from mode import Service
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

if TYPE_CHECKING:
    from streams.metric import Metrics
    from streams.settings import Settings


class Vitals(Protocol):
    """What the server asks the engine."""

    @property
    def live(self) -> bool:
        """Tell whether work makes progress."""

    @property
    def ready(self) -> bool:
        """Tell whether work can be done."""


class HealthServer(Service):
    """Serves the life signs of one worker."""

    def __init__(self, *, settings: Settings, metrics: Metrics, vitals: Vitals) -> None:
        super().__init__()
        self.port = settings.web_port
        self._settings = settings
        self._metrics = metrics
        self._vitals = vitals
        self._runner: web.AppRunner | None = None

    async def on_start(self) -> None:
        """Open the port."""
        application = web.Application()
        application.router.add_get("/metrics", self._give_metrics)
        application.router.add_get("/live", self._give_live)
        application.router.add_get("/ready", self._give_ready)
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._settings.web_host, self._settings.web_port).start()
        self.port = self._runner.addresses[0][1]

    async def on_stop(self) -> None:
        """Close the port."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _give_metrics(self, _: web.Request) -> web.Response:
        return web.Response(
            body=generate_latest(self._metrics.registry),
            headers={"Content-Type": CONTENT_TYPE_LATEST},
        )

    async def _give_live(self, _: web.Request) -> web.Response:
        return _answer(self._vitals.live, "live", "no progress")

    async def _give_ready(self, _: web.Request) -> web.Response:
        return _answer(self._vitals.ready, "ready", "not ready")


def _answer(good: bool, yes: str, no: str) -> web.Response:  # noqa: FBT001 - the answer itself
    return web.Response(text=f"{yes if good else no}\n", status=200 if good else 503)
