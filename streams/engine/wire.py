"""What our own requests to brokers are written with, in the flexible versions (KIP-482)."""

from typing import Final

from aiokafka.protocol.types import CompactString, TaggedFields

TEXT: Final = CompactString("utf-8")
TAGS: Final = ("tags", TaggedFields)
"""The last of each group of fields: room for what later versions add."""
NO_TAGS: Final[dict[int, bytes]] = {}
