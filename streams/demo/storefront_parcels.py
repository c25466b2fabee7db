"""Stories of the second storefront: how goods travel, and what operators may do meanwhile."""

from __future__ import annotations

from random import Random
from typing import Final

from streams.demo.basket import draw_items
from streams.demo.shopify import ShopifyOrder
from streams.demo.storefront import (
    ARRIVED,
    DELIVERED,
    FULFILLED,
    on_its_way,
    parcel_of,
    plain,
    shipment,
    shows,
)
from streams.demo.story import Beat, Ending, Story

MOVING: Final = (90, "in_transit", "departed_facility")
OUT: Final = (180, "out_for_delivery", "out_for_delivery")
MISSED: Final = (190, "failure", "delivery_exception")
_SENT = shows("completed paid fulfilled", "Paid / Fulfilled")


def stories(account: str, chance: Random) -> list[Story]:
    """Make the stories about parcels and holds, each with an order of its own."""
    numbers = iter(range(2_001, 2_100))

    def order(lines: int = 0) -> ShopifyOrder:
        number = next(numbers)
        items = draw_items(chance, lines)
        return ShopifyOrder(
            account=account, number=number, items=items, minutes=number % 100, currency="USD"
        )

    return [
        *(plain(order()) for _ in range(3)),
        _scan_out_of_order(order()),
        _second_attempt(order()),
        _nobody_home(order()),
        _back_to_sender(order()),
        _waits_at_the_counter(order()),
        _two_parcels(order()),
        _half_sent(order(2)),
        _sent_again(order()),
        _unknown_code(order()),
    ]


def _scan_out_of_order(order: ShopifyOrder) -> Story:
    """The last scan comes first; older ones after it change nothing but the story (X.3)."""
    parcel = parcel_of(order)
    return Story(
        order_key=order.key,
        about="the delivery scan arrives before the older ones",
        beats=(
            *on_its_way(order),
            Beat(deliveries=(parcel.tracked(DELIVERED[1]),), once=FULFILLED),
            Beat(
                deliveries=(parcel.tracked(MOVING), parcel.tracked(MOVING, OUT)),
                once={"fulfilment": "delivered"},
            ),
        ),
        ending=Ending(
            shows=ARRIVED | shipment(order, "Delivered") | {f"parcel:{parcel.number}": "delivered"}
        ),
    )


def _second_attempt(order: ShopifyOrder) -> Story:
    parcel = parcel_of(order)
    again = (1_600, "out_for_delivery", "out_for_delivery")
    done = (1_700, "delivered", "arrived_at_destination")
    return Story(
        order_key=order.key,
        about="the first delivery attempt fails, the second does not",
        beats=(
            *on_its_way(order),
            Beat(deliveries=(parcel.tracked(MOVING, OUT, MISSED),), once=FULFILLED),
            Beat(
                deliveries=(parcel.tracked(MOVING, OUT, MISSED, again, done),),
                once=shipment(order, "Delivery Failed"),
            ),
        ),
        ending=Ending(
            shows=ARRIVED | shipment(order, "Delivered"),
            notices={
                "order_placed/merchant": 1,
                "order_confirmation/customer": 1,
                "payment_status/customer": 1,
                "fulfilment_status/customer": 2,
                "shipment_status/customer": 3,  # out, failed, out again
            },
        ),
    )


def _nobody_home(order: ShopifyOrder) -> Story:
    parcel = parcel_of(order)
    return Story(
        order_key=order.key,
        about="the delivery attempt fails, and that is all so far",
        beats=(
            *on_its_way(order),
            Beat(deliveries=(parcel.tracked(MOVING, OUT, MISSED),), once=FULFILLED),
        ),
        ending=Ending(
            shows=_SENT
            | shipment(order, "Delivery Failed")
            | {f"parcel:{parcel.number}": "attempt_failed"}
        ),
    )


def _back_to_sender(order: ShopifyOrder) -> Story:
    """Goods that come back undelivered still count as handed over; somebody must decide (8.4)."""
    parcel = parcel_of(order)
    back = (3_000, "return_to_sender", "return")
    home = (4_000, "return_to_sender", "arrived_at_destination")
    return Story(
        order_key=order.key,
        about="the parcel goes back to the sender",
        beats=(
            *on_its_way(order),
            Beat(deliveries=(parcel.tracked(MOVING, back, home),), once=FULFILLED),
        ),
        ending=Ending(
            shows=_SENT
            | shipment(order, "Delivery Failed")
            | {f"parcel:{parcel.number}": "returned_to_sender"},
            anomalies=frozenset({"parcel_came_back"}),
        ),
    )


def _waits_at_the_counter(order: ShopifyOrder) -> Story:
    parcel = parcel_of(order)
    waits = (185, "available_for_pickup", "arrived_at_pickup_location")
    return Story(
        order_key=order.key,
        about="the parcel waits to be picked up",
        beats=(
            *on_its_way(order),
            Beat(deliveries=(parcel.tracked(MOVING, waits),), once=FULFILLED),
        ),
        ending=Ending(shows=_SENT | shipment(order, "Out for delivery")),
    )


def _two_parcels(order: ShopifyOrder) -> Story:
    """A shipment is where its least advanced parcel is (X.5)."""
    first, second = parcel_of(order, "1"), parcel_of(order, "2")
    return Story(
        order_key=order.key,
        about="two parcels, one of them delivered",
        beats=(
            *on_its_way(order)[:2],
            Beat(
                deliveries=(order.fulfilled(60, first.number, second.number),),
                once={"payment": "paid"},
            ),
            Beat(deliveries=(first.tracked(*DELIVERED), second.tracked(MOVING)), once=FULFILLED),
        ),
        ending=Ending(
            shows=_SENT
            | shipment(order, "In transit")
            | {f"parcel:{first.number}": "delivered", f"parcel:{second.number}": "in_transit"}
        ),
    )


def _half_sent(order: ShopifyOrder) -> Story:
    parcel = parcel_of(order)
    return Story(
        order_key=order.key,
        about="one of two lines sent and delivered",
        beats=(
            *on_its_way(order)[:2],
            Beat(
                deliveries=(order.fulfilled(60, parcel.number, lines=(0,)),),
                once={"payment": "paid"},
            ),
            Beat(
                deliveries=(parcel.tracked(*DELIVERED),),
                once={"fulfilment": "partially_fulfilled"},
            ),
        ),
        ending=Ending(
            shows=shows("processing paid partially_fulfilled", "Paid / Partially Fulfilled")
            | shipment(order, "Delivered")
        ),
    )


def _sent_again(order: ShopifyOrder) -> Story:
    """A cancelled shipment counts nowhere; the second one carries the same goods (X.5)."""
    lost, found = parcel_of(order, "1"), parcel_of(order, "2")
    return Story(
        order_key=order.key,
        about="the first shipment is cancelled, the second delivered",
        beats=(
            *on_its_way(order)[:2],
            Beat(
                deliveries=(order.fulfilled(60, lost.number, status="pending"),),
                once={"payment": "paid"},
            ),
            Beat(
                deliveries=(order.fulfilled(60, lost.number, status="cancelled", changed=65),),
                once=shipment(order, "Awaiting Shipment"),
            ),
            Beat(
                deliveries=(order.fulfilled(70, found.number, shipment=2),),
                once=shipment(order, "Canceled"),
            ),
            Beat(deliveries=(found.tracked(*DELIVERED),), once=FULFILLED),
        ),
        ending=Ending(
            shows=ARRIVED | shipment(order, "Canceled") | shipment(order, "Delivered", 2)
        ),
    )


def _unknown_code(order: ShopifyOrder) -> Story:
    """A word that stands in no table is told and guesses nothing (X.21)."""
    parcel = parcel_of(order)
    return Story(
        order_key=order.key,
        about="the carrier invents a status code",
        beats=(
            *on_its_way(order),
            Beat(
                deliveries=(parcel.tracked(MOVING, (120, "beamed_up", "beamed_up")),),
                once=FULFILLED,
            ),
        ),
        ending=Ending(
            shows=_SENT | shipment(order, "In transit"), anomalies=frozenset({"unknown_code"})
        ),
    )
