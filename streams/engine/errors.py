"""What the engine gives up for.

EngineError
├── FencedError          another process owns the partition now
├── MembershipError      the group let go of this worker while it handed partitions out
├── NotAdmittedError     brokers are there and do not let this client in
├── RecoveryError        state could not be read back in time
├── StoreError           a stage without a changelog wrote state
└── UnfitRuntimeError    the installation cannot keep the guarantees
"""

from __future__ import annotations


class EngineError(Exception):
    """The engine cannot go on; the process ends and its supervisor starts it again."""


class RecoveryError(EngineError):
    """The changelog was not read to its end before the deadline."""

    def __init__(self, *, topic: str, partition: int, position: int, end: int) -> None:
        super().__init__(f"{topic}[{partition}] is at {position} of {end}")
        self.topic = topic
        self.partition = partition
        self.position = position
        self.end = end


class MembershipError(EngineError):
    """A worker was given partitions without a place in the group."""


class NotAdmittedError(EngineError):
    """The brokers do not know this client, or it does not trust them; trying again is no help."""


class StoreError(EngineError):
    """State was written by a stage that declared no changelog."""


class UnfitRuntimeError(EngineError):
    """Faust's compiled extension is missing (its slow path acknowledges stale records)."""
