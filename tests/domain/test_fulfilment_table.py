"""The fulfilment axis: its first-match table, and goods told as stories (spec model, 2 D)."""

import pytest
from msgspec.structs import replace

from domain import body as bodies
from domain import fact as facts
from domain.document import Line
from domain.fulfilment import TABLE, Pieces, classify
from domain.vocabulary import Fulfilment, Minor
from tests.domain.builders import (
    PRICE,
    cancel,
    cancelled_at_source,
    collected,
    created,
    handed_over,
    lines_cancelled,
    marked_delivered,
    packed,
    placed,
    returned,
    revised,
    rows,
    run,
    say,
    scan,
    voided,
)

CLASSES = """
ordered  live  packed  handed_over  delivered  collected  returned  then
2        0     0       0            0          0          0         cancelled
0        0     0       0            0          0          0         unfulfilled
2        2     0       2            2          0          2         returned
2        1     0       1            1          0          1         returned
2        2     0       2            2          0          1         partially_returned
2        2     0       1            1          0          1         partially_returned
2        2     0       2            0          2          0         collected
2        1     0       1            0          1          0         collected
2        2     0       2            1          1          0         delivered
2        2     0       2            2          0          0         delivered
3        2     0       2            2          0          0         delivered
2        2     0       2            1          0          0         fulfilled
2        2     0       2            0          1          0         fulfilled
2        2     0       2            0          0          0         fulfilled
2        1     0       1            0          0          0         fulfilled
2        2     0       1            1          0          0         partially_fulfilled
2        2     1       1            0          0          0         partially_fulfilled
2        2     2       0            0          0          0         dispatched
3        2     2       0            0          0          0         dispatched
2        2     1       0            0          0          0         unfulfilled
2        2     0       0            0          0          0         unfulfilled
"""


@pytest.mark.parametrize("row", rows(CLASSES), ids=" ".join)
def test_the_pieces_are_classified(row):
    """
    Given the sums of the buckets, the first row that holds gives the state.
    """
    *numbers, then = row

    assert TABLE[classify(Pieces(*map(int, numbers)))][0] == then


def test_every_row_of_the_table_decides_a_case():
    """
    No row is without a case here, and every state is reached.
    """
    decided = {classify(Pieces(*map(int, row[:-1]))) for row in rows(CLASSES)}

    assert decided == set(range(len(TABLE)))
    assert {row[-1] for row in rows(CLASSES)} == set(Fulfilment)


def story_of(words):
    """Tell a story of shipments, one word each; `f1=2a/Z1` makes one with its pieces and parcels.

    One whose name begins with `~` is inferred from the order's own counts.
    """
    tell = {
        "packed": packed,
        "sent": handed_over,
        "void": voided,
        "delivered": marked_delivered,
        "collected": collected,
    }
    for number, word in enumerate(words.split(), 10):
        name, _, about = word.partition(":")
        if "=" in word:
            shipment, _, goods = word.partition("=")
            wanted, _, parcels = goods.partition("/")
            told = created(shipment, wanted.replace("+", " "), parcels.replace("+", " "), number)
            yield replace(told, inferred=shipment.startswith("~"))
        elif name in tell and not about.startswith("Z"):
            yield tell[name](about, number)
        elif name == "back":
            yield returned(about.replace("+", " "), number, f"r{number}")
        elif name == "off":
            yield lines_cancelled(about, number, f"x{number}")
        elif name == "cancelled":
            yield cancelled_at_source(number)
        else:
            yield scan(name, number, about or "Z1")


GOODS = """
story                                                         state                X  K  F  D  U  R  anomalies
-                                                             unfulfilled          0  0  0  0  0  0  -
f1=2a+1b/Z1                                                   unfulfilled          0  0  0  0  0  0  -
f1=2a/Z1 packed:f1                                            unfulfilled          0  2  0  0  0  0  -
f1=2a+1b/Z1 packed:f1                                         dispatched           0  3  0  0  0  0  -
f1=2a/Z1 f2=1b/Z2 packed:f1 packed:f2                         dispatched           0  3  0  0  0  0  -
f1=2a/Z1 sent:f1                                              partially_fulfilled  0  0  2  0  0  0  -
f1=1a/Z1 sent:f1                                              partially_fulfilled  0  0  1  0  0  0  -
f1=2a/Z1 f2=1b/Z2 sent:f1 packed:f2                           partially_fulfilled  0  1  2  0  0  0  -
f1=2a+1b/Z1 sent:f1                                           fulfilled            0  0  3  0  0  0  -
f1=2a/Z1 f2=1b/Z2 sent:f1 sent:f2                             fulfilled            0  0  3  0  0  0  -
f1=1a/Z1 f2=1a+1b/Z2 sent:f1 sent:f2                          fulfilled            0  0  3  0  0  0  -
f1= sent:f1                                                   fulfilled            0  0  3  0  0  0  -
f1=2a/Z1 f2= sent:f2                                          partially_fulfilled  0  0  1  0  0  0  -
f1=2a+1b/Z1 in_transit:Z1                                     fulfilled            0  0  3  0  0  0  -
f1=2a+1b/Z1 created:Z1                                        unfulfilled          0  0  0  0  0  0  -
f1=2a+1b/Z1 sent:f1 delivered:f1                              delivered            0  0  3  3  0  0  -
f1=2a/Z1 f2=1b/Z2 sent:f1 sent:f2 delivered:f1                fulfilled            0  0  3  2  0  0  -
f1=2a/Z1 f2=1b/Z2 sent:f1 sent:f2 delivered:f1 delivered:f2   delivered            0  0  3  3  0  0  -
f1=2a/Z1 f2=1b/Z2 sent:f1 sent:f2 collected:f1 delivered:f2   delivered            0  0  3  1  2  0  -
f1=2a+1b/Z1 sent:f1 collected:f1                              collected            0  0  3  0  3  0  -
f1=2a+1b/Z1+Z2 sent:f1 delivered:Z1                           fulfilled            0  0  3  0  0  0  -
f1=2a+1b/Z1+Z2 sent:f1 delivered:Z1 attempt_failed:Z2         fulfilled            0  0  3  0  0  0  -
f1=2a+1b/Z1+Z2 sent:f1 delivered:Z1 lost:Z2                   fulfilled            0  0  3  0  0  0  -
f1=2a+1b/Z1+Z2 sent:f1 damaged:Z1 delivered:Z2                fulfilled            0  0  3  0  0  0  -
f1=2a+1b/Z1+Z2 sent:f1 delivered:Z1 returned_to_sender:Z2     fulfilled            0  0  3  0  0  0  parcel_came_back:Z2
f1=2a+1b/Z1+Z2 sent:f1 lost:Z1 delivered:Z1 delivered:Z2      delivered            0  0  3  3  0  0  -
f1=2a+1b/Z1 sent:f1 returned_to_sender:Z1                     fulfilled            0  0  3  0  0  0  parcel_came_back:Z1
f1=2a+1b/Z1 sent:f1 lost:Z1                                   fulfilled            0  0  3  0  0  0  -
f1=2a+1b/Z1 sent:f1 delivered:Z1 returning:Z1                 delivered            0  0  3  3  0  0  -
f1=2a+1b/Z1 sent:f1 void:f1                                   unfulfilled          0  0  0  0  0  0  -
f1=2a+1b/Z1 label_voided:Z1                                   unfulfilled          0  0  0  0  0  0  -
f1=2a+1b/Z1 f2=2a+1b/Z2 void:f1 sent:f2                       fulfilled            0  0  3  0  0  0  -
f1=2a+1b/Z1 f2=2a+1b/Z2 void:f1 sent:f2 delivered:Z2          delivered            0  0  3  3  0  0  -
f1=2a+1b/Z1+Z2 sent:f1 label_voided:Z2 delivered:Z1           delivered            0  0  3  3  0  0  -
f1=2a+1b/Z1+Z2 label_voided:Z2 sent:f1 delivered:Z1           delivered            0  0  3  3  0  0  -
f1=2a/Z1 sent:f1 off:1b                                       fulfilled            1  0  2  0  0  0  -
f1=2a/Z1 sent:f1 off:1b delivered:f1                          delivered            1  0  2  2  0  0  -
off:2a off:1b                                                 cancelled            3  0  0  0  0  0  -
off:1a f1= sent:f1                                            fulfilled            1  0  2  0  0  0  -
f1=2a/Z1 sent:f1 off:1a                                       partially_fulfilled  0  0  2  0  0  0  quantity_exceeds_order
f1=3a/Z1 sent:f1                                              partially_fulfilled  0  0  2  0  0  0  quantity_exceeds_order
f1=2a/Z1 f2=2a/Z2 sent:f1 sent:f2                             partially_fulfilled  0  0  2  0  0  0  quantity_exceeds_order
f1=1c/Z1 sent:f1                                              unfulfilled          0  0  0  0  0  0  quantity_exceeds_order
f1=2a+1b/Z1 sent:f1 delivered:f1 back:1a                      partially_returned   0  0  3  3  0  1  -
f1=2a+1b/Z1 sent:f1 delivered:f1 back:2a back:1b              returned             0  0  3  3  0  3  -
f1=2a+1b/Z1 sent:f1 collected:f1 back:2a+1b                   returned             0  0  3  0  3  3  -
f1=2a/Z1 sent:f1 off:1b delivered:f1 back:2a                  returned             1  0  2  2  0  2  -
f1=2a+1b/Z1 sent:f1 delivered:f1 back:3a                      partially_returned   0  0  3  3  0  2  return_exceeds_delivery
f1=2a+1b/Z1 sent:f1 back:1a                                   fulfilled            0  0  3  0  0  0  return_exceeds_delivery
~s=1a sent:~s                                                 partially_fulfilled  0  0  1  0  0  0  -
~s=2a+1b sent:~s                                              fulfilled            0  0  3  0  0  0  -
~s=1a ~s=2a sent:~s                                           partially_fulfilled  0  0  2  0  0  0  -
~s=1a sent:~s f1=1a/Z1                                        partially_fulfilled  0  0  1  0  0  0  -
~s=1a sent:~s f1=1a/Z1 sent:f1                                partially_fulfilled  0  0  1  0  0  0  -
~s=1a sent:~s f1=2a+1b/Z1 packed:f1                           partially_fulfilled  0  2  1  0  0  0  -
~s=2a+1b sent:~s f1=2a+1b/Z1 packed:f1                        fulfilled            0  0  3  0  0  0  -
~s=1b sent:~s f1=1b/Z1 f2=2a/Z2 sent:f2                       fulfilled            0  0  3  0  0  0  -
~s=2a sent:~s delivered:~s f1=2a/Z1 sent:f1                   partially_fulfilled  0  0  2  2  0  0  -
~s=2a sent:~s delivered:~s f1=1a/Z1 returned_to_sender:Z1     partially_fulfilled  0  0  2  1  0  0  parcel_came_back:Z1
f1=1a/Z1 sent:f1 delivered:f1 ~s=2a sent:~s                   partially_fulfilled  0  0  2  1  0  0  -
~s=2a+1b sent:~s f1=2a/Z1 f2=1b/Z2 sent:f1 sent:f2            fulfilled            0  0  3  0  0  0  -
~s=2a+1b sent:~s f1=2a+1b/Z1 sent:f1 delivered:f1             delivered            0  0  3  3  0  0  -
~s=1b sent:~s f1=2a/Z1 sent:f1                                fulfilled            0  0  3  0  0  0  -
~s=3a sent:~s f1=1a/Z1 sent:f1                                partially_fulfilled  0  0  2  0  0  0  quantity_exceeds_order
cancelled                                                     cancelled            3  0  0  0  0  0  -
f1=2a+1b/Z1 cancelled                                         cancelled            3  0  0  0  0  0  -
f1=2a/Z1 sent:f1 cancelled                                    fulfilled            1  0  2  0  0  0  -
f1=2a/Z1 sent:f1 cancelled delivered:f1                       delivered            1  0  2  2  0  0  -
f1=2a/Z1 cancelled sent:f1                                    cancelled            3  0  0  0  0  0  shipped_after_cancel
f1=1a/Z1 f2=1a/Z2 sent:f1 cancelled sent:f2                   fulfilled            2  0  1  0  0  0  shipped_after_cancel
"""
"""An order of 2a 1b; X cancelled, K packed, F handed over, D delivered, U collected, R returned."""


def stories():
    for line in GOODS.strip().splitlines()[1:]:
        *story, state, cancelled, k, f, d, u, r, odd = line.split()
        numbers = [int(each) for each in (cancelled, k, f, d, u, r)]
        yield pytest.param(" ".join(story).strip("-"), state, numbers, odd, id=" ".join(story))


@pytest.mark.rule("X.5", "S2.50")
@pytest.mark.parametrize(("story", "state", "numbers", "odd"), list(stories()))
def test_the_goods_follow_their_story(story, state, numbers, odd):
    """
    Given an order of three pieces, the story leaves this state, these sums, these anomalies.
    """
    snapshot = run([placed("2a 1b"), *story_of(story)]).snapshot

    names = ("cancelled", "packed", "handed_over", "delivered", "collected", "returned")
    found = [sum(getattr(line, name) for line in snapshot.lines) for name in names]
    assert (snapshot.fulfilment, found) == (state, numbers)
    assert " ".join(snapshot.anomalies) == odd.strip("-")


def test_every_state_is_reached_by_a_story():
    """
    The nine states are not only reachable by numbers, but by what happens.
    """
    assert {each.values[1] for each in stories()} == set(Fulfilment)


@pytest.mark.rule("S4.7")
def test_pieces_that_were_cancelled_do_not_block_complete():
    """
    Ten ordered, five cancelled before shipping, five shipped: complete.
    """
    story = [placed("10a"), lines_cancelled("5a"), created("f1", "5a"), handed_over()]

    snapshot = run(story).snapshot

    assert snapshot.words["marketplace"]["order"] == "Complete"
    assert snapshot.lifecycle == "completed"


def test_pieces_that_the_source_took_off_count_once():
    """
    The document says one is cancelled and so does a fact of its own: it is one.
    """
    line = Line(line_id="a", quantity=3, unit_price=Minor(PRICE), cancelled=1)
    story = [placed("3a"), lines_cancelled("1a"), revised(lines=(line,), at=7)]

    assert run(story).snapshot.lines[0].cancelled == 1


def test_a_line_that_is_listed_twice_is_one_line():
    """
    Two and three pieces under one id are five; three of them sent leave two.
    """
    snapshot = run([placed("2a 3a"), created("f1", "3a"), handed_over()]).snapshot

    assert [(one.ordered, one.handed_over) for one in snapshot.lines] == [(5, 3)]


def test_mark_shipped_leaves_out_what_was_cancelled():
    """
    One of two pieces was taken off; marking as shipped hands over the other.
    """
    story = [placed(), lines_cancelled("1a"), created(), say(facts.OrderMarkedShipped, 30)]

    line = run(story).snapshot.lines[0]

    assert (line.cancelled, line.handed_over) == (1, 1)


def test_an_edited_shipment_replaces_what_it_carried():
    """
    The newest statement counts, and an order may grow under it.
    """
    story = [placed(), created("f1", "1a"), created("f1", "2a", at=12), handed_over()]

    assert run(story).snapshot.fulfilment == "fulfilled"
    assert run([*story, revised("3a", at=50)]).snapshot.fulfilment == "partially_fulfilled"


@pytest.mark.rule("X.8")
@pytest.mark.parametrize(
    ("left_at", "state", "anomaly"),
    [(30, "fulfilled", False), (40, "fulfilled", False), (41, "cancelled", True)],
)
def test_goods_that_left_before_the_cancel_stay_sent(left_at, state, anomaly):
    """
    The order stays cancelled; what left before or with the cancel is kept as sent.
    """
    story = [placed(), created(), cancel(at=40), handed_over(at=left_at)]

    snapshot = run(story).snapshot

    assert (snapshot.lifecycle, snapshot.fulfilment) == ("cancelled", state)
    assert ("shipped_after_cancel" in snapshot.anomalies) == anomaly


def test_a_second_parcel_adds_and_a_known_one_does_not():
    """
    Two numbers are two parcels; the same number written otherwise is the same parcel.
    """
    story = [placed("2a"), created("f1", "1a", "Z1"), created("f2", "1a", "Z2")]

    both = run([*story, scan("in_transit", 30, "z 1"), scan("in_transit", 31, "Z2")]).snapshot

    assert [(one.number, one.scans) for one in both.parcels] == [("Z1", 1), ("Z2", 1)]


def test_a_parcel_without_a_shipment_is_kept_but_carries_nothing():
    """
    Until a shipment names it, a parcel's scans move no piece.
    """
    alone = run([placed(), scan("delivered", 40)]).snapshot
    named = run([placed(), scan("delivered", 40), created()]).snapshot

    assert (alone.fulfilment, alone.parcels[0].state) == ("unfulfilled", "delivered")
    assert named.fulfilment == "delivered"


def test_a_bought_label_makes_a_parcel_that_has_not_left():
    """
    A label alone hands nothing over (S3.9 needs a piece that left).
    """
    label = say(facts.ShipmentLabelBought, 20, bodies.ParcelRef(number="Z1"))

    snapshot = run([placed(), created(), label]).snapshot

    assert (snapshot.fulfilment, snapshot.parcels[0].state) == ("unfulfilled", "created")
