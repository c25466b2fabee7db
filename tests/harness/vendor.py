"""A vendor's API on loopback that answers as it is told, faults included; it knows who asked."""

import asyncio
import contextlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Self


@dataclass(frozen=True)
class Reply:
    """One answer: `cut` sends so many bytes less than promised, `slow` waits, `dead` says nothing."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    cut: int = 0
    slow: float = 0.0
    dead: bool = False


class Vendor:
    """Answers each path with its replies in turn, the last one again and again."""

    def __init__(self) -> None:
        self.replies: dict[str, list[Reply]] = defaultdict(lambda: [Reply(404)])
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.at_once = 0
        self._now = 0
        self._serving: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for serving in self._serving:
            serving.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                self._now += 1
                self.at_once = max(self.at_once, self._now)
                try:
                    if not await self._answer(head, writer):
                        return
                finally:
                    self._now -= 1
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(self, head: bytes, writer: asyncio.StreamWriter) -> bool:
        request, *lines = head.decode().split("\r\n")
        path = request.split(" ")[1]
        self.asked.append((path, dict(line.lower().split(": ", 1) for line in lines if line)))
        replies = self.replies[path]
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        await asyncio.sleep(reply.slow)
        if reply.dead:
            return False
        headers = {"content-length": str(len(reply.body)), **reply.headers}
        said = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        body = reply.body[: len(reply.body) - reply.cut]
        writer.write(f"HTTP/1.1 {reply.status} Said\r\n{said}\r\n".encode() + body)
        await writer.drain()
        return not reply.cut
