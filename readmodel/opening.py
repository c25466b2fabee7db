"""Opens what the view and people read: sealed texts become readable, those of erased people go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from domain.personal import rank
from readmodel.erasure import scrub_snapshot
from readmodel.happening import SNAPSHOTS
from readmodel.seal import subjects_in, unseal

if TYPE_CHECKING:
    from readmodel.batch import Incoming
    from readmodel.subject_key import SubjectKeys

_CLOSED: Final = "order-log"
"""The timeline that is made of it holds nobody's words, so nothing of it is opened."""


class Opener:
    """Reads sealed records with a database of keys; asks it once a batch and remembers nothing.

    A sealed text is opened only where its key belongs to the record's own tenant: who copies one
    out of another tenant's messages into his own gets nothing for it (X.19).
    """

    def __init__(self, keys: SubjectKeys) -> None:
        self._keys = keys

    def records(self, records: Sequence[Incoming]) -> Sequence[Incoming]:
        """Open the records of a batch; may raise sqlalchemy.exc.DBAPIError."""
        closed = {
            place: record
            for place, record in enumerate(records)
            if record.value and record.topic != _CLOSED and rank(record.value)
        }
        if not closed:
            return records
        known = self._keys.of_subjects(_subjects(one.value for one in closed.values()))
        opened = list(records)
        for place, record in closed.items():
            value = _open(record.topic, record.key, record.value or b"", known)
            opened[place] = record._replace(value=value)
        return opened

    def value(self, topic: str, key: bytes, value: bytes) -> bytes:
        """Open the value of one record; may raise as `records`."""
        if not rank(value):
            return value
        return _open(topic, key, value, self._keys.of_subjects(subjects_in(value)))


def _subjects(values: Iterable[bytes | None]) -> set[str]:
    return {subject for value in values for subject in subjects_in(value or b"")}


def _open(
    topic: str, key: bytes | None, value: bytes, known: Mapping[str, tuple[str, bytes]]
) -> bytes:
    tenant = (key or b"").decode(errors="replace").partition("/")[0]
    own = {
        subject: secret
        for subject in subjects_in(value)
        if subject in known
        for order_key, secret in [known[subject]]
        if order_key.partition("/")[0] == tenant
    }
    opened = unseal(value, own)
    return scrub_snapshot(opened.value) if opened.lost and topic == SNAPSHOTS else opened.value
