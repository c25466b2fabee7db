"""The fold over a parcel's scans as a complete table: state by scan (spec model, 2 E and 8.4)."""

from itertools import product

import pytest

from domain.order import Scan
from domain.parcel import fold_scans
from domain.vocabulary import PARCEL_RANK, Parcel
from tests.domain.builders import (
    cells,
    created,
    handed_over,
    marked_delivered,
    placed,
    run,
    scan,
)

SHORT = {
    "unk": Parcel.UNKNOWN,
    "cre": Parcel.CREATED,
    "voi": Parcel.LABEL_VOIDED,
    "han": Parcel.HANDED_OVER,
    "tra": Parcel.IN_TRANSIT,
    "hel": Parcel.HELD,
    "out": Parcel.OUT_FOR_DELIVERY,
    "rdy": Parcel.READY_FOR_PICKUP,
    "att": Parcel.ATTEMPT_FAILED,
    "del": Parcel.DELIVERED,
    "col": Parcel.COLLECTED,
    "rng": Parcel.RETURNING,
    "rts": Parcel.RETURNED_TO_SENDER,
    "los": Parcel.LOST,
    "dam": Parcel.DAMAGED,
    "can": Parcel.CANCELLED,
}

TABLE = """
given unk cre voi han tra hel out rdy att del col rng rts los dam can
unk   .   .   voi han tra hel out rdy att del col rng rts los dam can
cre   .   .   voi han tra hel out rdy att del col rng rts los dam can
voi   .   .   .   han tra hel out rdy att del col rng rts los dam can
han   .   .   !   .   tra hel out rdy att del col rng rts los dam can
tra   .   .   !   han .   hel out rdy att del col rng rts los dam can
hel   .   .   !   han tra .   out rdy att del col rng rts los dam can
out   .   .   !   han tra hel .   rdy att del col rng rts los dam can
rdy   .   .   !   han tra hel out .   att del col rng rts los dam can
att   .   .   !   han tra hel out rdy .   del col rng rts los dam can
del   .   .   !   !   !   !   !   !   !   .   col <   <   !   dam !
col   .   .   !   !   !   !   !   !   !   !   .   <   <   !   dam !
rng   .   .   !   han tra hel out rdy att del col .   rts los dam can
rts   .   .   !   !   !   !   !   !   !   !   !   !   .   !   !   !
los   .   .   !   !   tra !   out !   !   del col rng rts .   !   !
dam   .   .   !   han tra hel out rdy att del col rng rts los .   can
can   .   .   !   han tra hel out rdy att del col rng rts los dam .
"""
"""A word: there it goes; `.` stays; `!` stays and is odd; `<` stays, the goods are coming back."""


def fold(*states):
    return fold_scans(
        tuple(
            Scan(at, PARCEL_RANK[each], each, "", "", False) for at, each in enumerate(states, 1)
        )
    )


def test_the_table_is_complete():
    """
    No cell is missing, so nobody can add a state and forget to think.
    """
    assert {(given, when) for given, when, _ in cells(TABLE)} == set(product(SHORT, SHORT))
    assert set(SHORT.values()) == set(Parcel)


@pytest.mark.parametrize(("given", "when", "then"), cells(TABLE))
def test_cell(given, when, then):
    """
    Given a parcel in a state, when a later scan comes, then the cell is what happens.
    """
    before = fold(SHORT[given])

    after = fold(SHORT[given], SHORT[when])

    assert (after.state, after.odd - before.odd, after.back and not before.back) == (
        SHORT.get(then, before.state),
        int(then == "!"),
        then == "<",
    )


STORIES = """
scans                                           state               odd  since
-                                               created             0    0
created                                         created             0    1
created unknown                                 created             0    1
in_transit in_transit                           in_transit          0    1
in_transit attempt_failed out_for_delivery delivered  delivered     0    4
attempt_failed attempt_failed delivered         delivered           0    3
delivered delivered                             delivered           0    1
delivered in_transit out_for_delivery           delivered           2    1
delivered returning returned_to_sender          delivered           0    1
delivered collected                             collected           0    2
delivered damaged                               damaged             0    2
returning returned_to_sender                    returned_to_sender  0    2
returned_to_sender in_transit delivered         returned_to_sender  2    1
lost in_transit delivered                       delivered           0    3
lost held                                       lost                1    1
label_voided in_transit                         in_transit          0    2
in_transit label_voided delivered               delivered           1    3
"""


def stories():
    for line in STORIES.strip().splitlines()[1:]:
        *scans, state, odd, since = line.split()
        yield pytest.param([each for each in scans if each != "-"], state, int(odd), int(since))


@pytest.mark.rule("X.3")
@pytest.mark.parametrize(("scans", "state", "odd", "since"), list(stories()))
def test_a_journey(scans, state, odd, since):
    """
    Scans a minute apart lead to this state since that minute, and so many change nothing.
    """
    story = fold(*map(Parcel, scans))

    assert (story.state, story.odd, story.at) == (state, odd, since)


def parcel_after(*scans):
    return run([placed(), created(), *scans])


@pytest.mark.rule("X.3")
def test_a_late_older_scan_does_not_take_a_parcel_back():
    """
    Shipped, told after delivered and dated before it, changes nothing at all.
    """
    story = parcel_after(scan("delivered", 40))

    late = run([scan("in_transit", 30)], order=story.order)

    assert late.snapshot.parcels[0].state == "delivered"
    assert late.messages == []


@pytest.mark.rule("X.3")
def test_a_late_older_final_scan_counts_from_its_own_time():
    """
    Delivered at 40, told after a scan of 50: it was delivered, and the scan of 50 is odd.
    """
    story = parcel_after(scan("out_for_delivery", 50), scan("delivered", 40))

    assert story.snapshot.parcels[0].state == "delivered"
    assert story.snapshot.anomalies == ("scan_after_final:Z1",)


def test_a_failed_attempt_is_not_the_end():
    """
    Carriers try again: out for delivery moves it on (model, decision 7).
    """
    failed = parcel_after(scan("attempt_failed", 40))
    again = run([scan("out_for_delivery", 50)], order=failed.order)

    words = [each.snapshot.words["storefront"]["shipment"]["f1"] for each in (failed, again)]
    assert words == ["Delivery Failed", "Out for delivery"]


def test_an_inferred_scan_counts_once_and_from_its_earliest_time():
    """
    A status that implies a delivery twice makes one scan.
    """
    story = parcel_after(
        scan("delivered", 50, inferred=True), scan("delivered", 40, inferred=True)
    )

    parcel = story.snapshot.parcels[0]
    assert (parcel.scans, parcel.state) == (1, "delivered")
    assert parcel.at == parcel_after(scan("delivered", 40)).snapshot.parcels[0].at


@pytest.mark.rule("S2.42")
def test_marking_as_delivered_is_a_scan_by_hand():
    """
    Every parcel of the shipment is delivered, and the order when all pieces are.
    """
    story = run([placed(), created(parcels="Z1 Z2"), handed_over(), marked_delivered()])

    assert [one.state for one in story.snapshot.parcels] == ["delivered", "delivered"]
    assert story.snapshot.words["storefront"]["fulfilment"] == "Delivered"
    assert story.snapshot.words["storefront"]["shipment"] == {"f1": "Delivered"}


def test_a_shipment_is_where_its_least_advanced_parcel_is():
    """
    One parcel of two is delivered: the shipment is still on its way.
    """
    story = run(
        [
            placed(),
            created(parcels="Z1 Z2"),
            scan("delivered", 40, "Z1"),
            scan("in_transit", 41, "Z2"),
        ]
    )

    assert story.snapshot.shipments[0].state == "in_transit"
    assert story.snapshot.fulfilment == "fulfilled"
