"""Building the view again while the old one answers: a new generation is written over the old.

Every row carries its generation. A rebuild raises the generation, reads the topics from their
beginning and writes each row again in place; live batches carry the new generation too. At the end
what still has an older one is in no topic, and goes. Positions of the rebuild stand beside those
of the live consumer, so one that was broken off goes on (ADR 22).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection, Engine, Table, delete, insert, select, update

from readmodel.archive_table import ARCHIVED
from readmodel.batch import LIVE, Place, current_generation, positions
from readmodel.database import for_writing
from readmodel.message_table import (
    ACTIONS,
    ANOMALIES,
    GENERATIONS,
    NOTIFICATIONS,
    POSITIONS,
    RESULTS,
    SCANS,
    STOCK_MOVEMENTS,
    STOCKS,
    TIMELINE,
)
from readmodel.order_table import ORDERS, PARTS, SEARCH

REBUILD: Final = "rebuild"
"""The consumer whose positions are those of a rebuild."""
_OF_TOPIC: Final[Mapping[str, tuple[Table, ...]]] = {
    "order-log": (SCANS,),
    "notifications": (NOTIFICATIONS,),
    "anomalies": (ANOMALIES,),
    "command-results": (RESULTS,),
    "action-required": (ACTIONS,),
    "stock-movements": (STOCK_MOVEMENTS,),
    "stock-levels": (STOCKS,),
}


class Begun(NamedTuple):
    """A rebuild: its generation, where it is, and whether it goes on from an earlier try."""

    generation: int
    positions: dict[Place, int]
    resumed: bool


def begin(engine: Engine, now: datetime) -> Begun:
    """Begin a rebuild, or go on with the one that was broken off."""
    with for_writing(engine).begin() as connection:
        row = connection.execute(select(GENERATIONS)).mappings().one()
        if row["begun_at"] is not None and row["done_at"] is None:
            return Begun(row["generation"], positions(connection, REBUILD), resumed=True)
        generation = current_generation(connection) + 1
        connection.execute(
            update(GENERATIONS).values(generation=generation, begun_at=now, done_at=None)
        )
        connection.execute(delete(POSITIONS).where(POSITIONS.c.consumer == REBUILD))
        return Begun(generation, {}, resumed=False)


def finish(engine: Engine, generation: int, whole: Collection[str], now: datetime) -> int:
    """End a rebuild: remove what is in no topic any more; gives the number of such orders.

    `whole` are the topics that still have their first record. What others said earlier cannot be
    read again, so it stays.
    """
    with for_writing(engine).begin() as connection:
        removed = _remove_orders(connection, generation)
        for topic in whole:
            for table in _OF_TOPIC.get(topic, ()):
                connection.execute(delete(table).where(table.c.generation < generation))
            of_topic = TIMELINE.c.topic == topic
            older = TIMELINE.c.generation < generation
            connection.execute(delete(TIMELINE).where(of_topic, older))
        _let_live_go_on(connection)
        connection.execute(update(GENERATIONS).values(done_at=now))
        connection.execute(delete(POSITIONS).where(POSITIONS.c.consumer == REBUILD))
    return removed


def _remove_orders(connection: Connection, generation: int) -> int:
    old = select(ORDERS.c.order_key).where(ORDERS.c.generation < generation)
    for table in (*PARTS, SEARCH):
        connection.execute(delete(table).where(table.c.order_key.in_(old)))
    return sum(
        connection.execute(delete(table).where(table.c.generation < generation)).rowcount
        for table in (ORDERS, ARCHIVED)
    )


def _let_live_go_on(connection: Connection) -> None:
    """Let a view worker that never read a partition begin where the rebuild ended."""
    known = positions(connection, LIVE)
    missing = [
        {**place._asdict(), "consumer": LIVE, "next_offset": offset}
        for place, offset in positions(connection, REBUILD).items()
        if place not in known
    ]
    if missing:
        connection.execute(insert(POSITIONS), missing)
