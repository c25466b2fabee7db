"""Records and states of earlier releases are read by this one; a new version adds files."""

import base64
import json
from pathlib import Path

import pytest

from domain.codec import decode_order, decode_record, encode_message, encode_order
from domain.derive import derive_all
from domain.snapshot import take_snapshot
from tests.domain.builders import RULES, ask, results, run

CORPUS = Path(__file__).parents[1] / "corpus"


def lines_of(kind):
    return [
        pytest.param(line, id=f"{path.stem}:{number}")
        for path in sorted(CORPUS.glob(f"{kind}-*.jsonl"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
    ]


@pytest.mark.parametrize("line", lines_of("records"))
def test_a_record_of_old_is_read_with_all_that_it_said(line):
    """
    Its kind, its body, and everything of its envelope.
    """
    record, said = decode_record(line.encode()), json.loads(line)

    assert record.__struct_config__.tag == said["kind"]
    assert (record.event_id, record.schema) == (said["event_id"], said.get("schema", 1))
    for name, value in said.get("body", {}).items():
        if isinstance(value, str | int | bool) and hasattr(record.body, name):
            kept = getattr(record.body, name)
            assert (
                str(getattr(kept, "isoformat", lambda kept=kept: kept)())[:16] == str(value)[:16]
            )


@pytest.mark.parametrize("line", lines_of("states"))
def test_a_state_of_old_is_read_and_goes_on(line):
    """
    It shows what it showed, what follows from its evidence is the same, a command still meets it.
    """
    said = json.loads(line)
    order = decode_order(base64.b64decode(said["state"]))
    shown = json.loads(encode_message(take_snapshot(order, RULES)))

    assert {axis: shown[axis] for axis in said["axes"]} == said["axes"]
    assert (shown["version"], shown["money"]) == (said["version"], said["money"])
    again = derive_all(order)
    assert (again.money.state, again.goods.state) == (
        order.derived.money.state,
        order.derived.goods.state,
    )
    (answer,) = results(run([ask("close", 10**6)], order=order).messages)
    assert answer.command == "close"
    assert decode_order(encode_order(order)) == order


def test_the_corpus_holds_every_kind_that_was_ever_released():
    """
    Those of the first release, at least.
    """
    kinds = {json.loads(line.values[0])["kind"] for line in lines_of("records")}

    assert len(kinds) >= 50
    assert {"order.placed", "payment.captured", "shipment.scan", "command.judged"} <= kinds
