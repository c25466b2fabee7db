"""What carriers tell moves the order that the parcel belongs to."""

from itertools import permutations

import pytest

from connectors.registry import SOURCES
from tests.connectors import kit
from tests.domain.builders import created, placed


def told(name, case):
    [sample] = [each for each in kit.samples(SOURCES[name]) if each.name == case]
    return list(sample.read().facts)


JOURNEYS = """
aftership      webhook_delivered     1Z999AA10000000001        collected           collected
asendia        delivered             ASENDIA12340001           delivered           delivered
chronopost     delivered             89108749000001            delivered           delivered
dhl_parcel_de  status_alone          00340434161094010003      handed_over         fulfilled
dpd            at_a_shop             05308801410001            ready_for_pickup    fulfilled
fedex          two_numbers           738488880001              attempt_failed      fulfilled
gls            public_answer         36301910009               delivered           delivered
landmark       packages              LTN49678001N4             delivered           delivered
laposte        one                   EW112720003FR             returned_to_sender  fulfilled
parcelone      events                DHL120001                 delivered           delivered
postat         own_shape             AT0001POS                 delivered           delivered
seko           consignments          999880930001              collected           collected
sendle         events                S34WER01                  delivered           delivered
shippo         track_updated         9205590164917312751000    delivered           delivered
ups            delivered             1Z999AA10000000002        delivered           delivered
usps           delivered             9400109104250000000001    delivered           delivered
"""


@pytest.mark.rule("X.3")
@pytest.mark.parametrize("line", JOURNEYS.strip().splitlines())
def test_a_carriers_story_moves_the_shipment_and_the_order(line):
    """Whatever comes first: the order, its shipment or the carrier's word."""
    name, case, number, parcel, goods = line.split()
    document = [placed("1a"), created("f1", "1a", parcels=number)]

    ends = [
        kit.order_after(fact for part in arrival for fact in part)
        for arrival in permutations(([document[0]], [document[1]], told(name, case)))
    ]

    assert {end.derived.goods.parcels[number].state for end in ends} == {parcel}
    assert {end.derived.goods.state for end in ends} == {goods}


@pytest.mark.rule("X.1")
def test_an_aggregator_and_the_carrier_tell_one_journey():
    """Their codes differ and so do their facts; the parcel does not, whoever speaks first."""
    number = "1Z999AA10000000001"
    answer = kit.changed(
        kit.sample(SOURCES["ups"], "delivered"),
        {"trackResponse.shipment.0.package.0.trackingNumber": number},
    )
    document = [placed("1a"), created("f1", "1a", parcels=number)]
    carrier = kit.read(SOURCES["ups"], answer).facts
    aggregator = told("aftership", "webhook_on_its_way")

    ends = [
        kit.order_after([*document, *first, *then])
        for first, then in permutations((carrier, aggregator))
    ]

    assert ends[0] == ends[1]
    assert ends[0].derived.goods.parcels[number].state == "delivered"
    assert ends[0].derived.goods.state == "delivered"


@pytest.mark.parametrize(
    ("said", "order"),
    [
        ({"order_number": "1001", "order_id": "450789469"}, "1001"),
        ({"order_id": "#1001"}, "#1001"),
        ({"order_id": "ID 1001"}, ""),
        ({}, ""),
    ],
)
def test_an_aggregator_that_names_the_order_leads_the_parcel_there(said, order):
    """The shop may know no tracking number; a label with blanks is no name of an order."""
    webhook = kit.sample(SOURCES["aftership"], "webhook_on_its_way")
    webhook["msg"] |= {"order_id": None} | said

    facts = kit.read(SOURCES["aftership"], webhook).facts
    aliases = [fact.body.alias for fact in facts if hasattr(fact.body, "alias")]
    assert aliases == ([f"order:{order}"] if order else [])
