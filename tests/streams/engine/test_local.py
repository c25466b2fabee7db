from __future__ import annotations

from streams.engine.local import LocalStage, record
from streams.engine.outbox import Outbox
from streams.engine.stage import Context, Stage


class Summing:
    """Adds numbers up per key, says the sum, and forgets a key that was quiet for 10 ms."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.restored_with: int | None = None

    def restored(self) -> None:
        self.restored_with = len(self._context.store)

    def process(self, records) -> None:
        for each in records:
            total = int(self._context.store.get(each.key) or b"0") + int(each.value)
            self._context.store.put(each.key, b"%d" % total)
            self._context.outbox.send("sums", each.key, b"%d" % total, [("n", b"1")])

    def finish(self) -> None:
        pass

    def fire(self, now_ms: int) -> int | None:
        if now_ms < 10:
            return 10
        for key, _ in list(self._context.store.items()):
            self._context.store.put(key, None)
            self._context.outbox.send("forgotten", key, b"")
        return None


SUMMING = Stage(name="summing", topic="numbers", changelog="sums-log", make=Summing)


def test_a_stage_runs_without_a_broker():
    said = LocalStage(SUMMING).process(
        [record("numbers", b"2", key=b"k"), record("numbers", b"3", key=b"k")]
    )

    assert [(each.topic, each.key, each.value) for each in said] == [
        ("sums", b"k", b"2"),
        ("sums", b"k", b"5"),
    ]


def test_state_outlives_a_restart():
    stage = LocalStage(SUMMING)
    stage.feed((b"k", b"2"))

    stage.restart()
    said = stage.feed((b"k", b"3"))

    assert [each.value for each in said] == [b"5"]
    assert stage.changelog == [(b"k", b"2"), (b"k", b"5")]


def test_time_passes_when_told_to():
    stage = LocalStage(SUMMING)
    stage.feed((b"k", b"2"))

    early = stage.fire(9)
    late = stage.fire(10)

    assert early == (10, [])
    assert [each.topic for each in late[1]] == ["forgotten"]
    assert len(stage.store) == 0


def test_the_outbox_keeps_order_within_a_topic_and_empties_once():
    outbox = Outbox()
    outbox.send("a", b"1", None)
    outbox.send("b", None, b"x", [("h", b"v")], 3, 99)
    outbox.send("a", b"2", None)

    taken = outbox.take()

    assert taken == {
        "a": [(None, b"1", None, (), None), (None, b"2", None, (), None)],
        "b": [(3, None, b"x", [("h", b"v")], 99)],
    }
    assert outbox.take() == {}
