"""Stories of the second storefront about operators: what they may do, and what is refused."""

from __future__ import annotations

from random import Random
from typing import Final

from streams.demo.basket import draw_items
from streams.demo.shopify import ShopifyOrder
from streams.demo.storefront import ARRIVED, arrives, on_its_way, parcel_of, shows
from streams.demo.story import Beat, Ending, Story, at, command

_SENT: Final = shows("completed paid fulfilled", "Paid / Fulfilled")


def stories(account: str, chance: Random) -> list[Story]:
    """Make the stories about commands, each with an order of its own."""
    numbers = iter(range(2_101, 2_200))

    def order(gateway: str = "stripe") -> ShopifyOrder:
        number = next(numbers)
        return ShopifyOrder(
            account=account,
            number=number,
            items=draw_items(chance),
            minutes=number % 100,
            currency="USD",
            gateway=gateway,
        )

    return [
        _cash_on_delivery(order("Cash on Delivery (COD)")),
        _cancelled_in_the_shop(order()),
        _held_and_released(order()),
        _sent_while_held(order()),
        _closed_and_archived(order()),
    ]


def _cash_on_delivery(order: ShopifyOrder) -> Story:
    """Nobody has paid, so an operator confirms; the money comes with the parcel."""
    confirm = command("confirm", f"confirm-{order.number}", order.key, at(order.minutes + 5))
    return Story(
        order_key=order.key,
        about="cash on delivery: confirmed by hand, paid at the door",
        beats=(
            Beat(deliveries=(order.created(),)),
            Beat(deliveries=(confirm,), once={"payment": "unpaid"}),
            Beat(
                deliveries=(order.fulfilled(60, parcel_of(order).number),),
                once={"lifecycle": "open"},
            ),
            arrives(order),
            Beat(deliveries=(order.transaction(210),), once={"fulfilment": "delivered"}),
        ),
        ending=Ending(
            shows=ARRIVED,
            commands={f"confirm-{order.number}": "accepted"},
        ),
    )


def _cancelled_in_the_shop(order: ShopifyOrder) -> Story:
    return Story(
        order_key=order.key,
        about="cancelled in the shop before anybody paid",
        beats=(
            Beat(deliveries=(order.created(),)),
            Beat(deliveries=(order.cancelled(45),), once={"lifecycle": "pending"}),
        ),
        ending=Ending(shows=shows("cancelled unpaid cancelled", "Unpaid / Canceled")),
    )


def _held_and_released(order: ShopifyOrder) -> Story:
    hold, early, release = (f"{kind}-{order.number}" for kind in ("hold", "ship", "release"))
    asked = order.minutes + 10
    return Story(
        order_key=order.key,
        about="held, refused to ship, released, shipped",
        beats=(
            *on_its_way(order)[:2],
            Beat(
                deliveries=(command("hold", hold, order.key, at(asked), reason="address"),),
                once={"payment": "paid"},
            ),
            Beat(
                deliveries=(command("mark_shipped", early, order.key, at(asked + 1)),),
                once={"hold": "on_hold"},
            ),
            Beat(
                deliveries=(command("release", release, order.key, at(asked + 5)),),
                once={"hold": "on_hold"},
            ),
            Beat(
                deliveries=(order.fulfilled(60, parcel_of(order).number),),
                once={"hold": "clear", "payment": "paid"},
            ),
            arrives(order),
        ),
        ending=Ending(
            shows=ARRIVED | {"hold": "clear"},
            commands={hold: "accepted", early: "no_hold", release: "accepted"},
        ),
    )


def _sent_while_held(order: ShopifyOrder) -> Story:
    """A parcel that left is a fact, hold or not: it is taken in, and somebody is told."""
    hold = f"hold-{order.number}"
    start, pay, send = on_its_way(order)
    return Story(
        order_key=order.key,
        about="the warehouse sends what is on hold",
        beats=(
            start,
            pay,
            Beat(
                deliveries=(command("hold", hold, order.key, at(order.minutes + 10)),),
                once={"payment": "paid"},
            ),
            Beat(deliveries=send.deliveries, once={"hold": "on_hold"}),
        ),
        ending=Ending(
            shows=_SENT | {"hold": "on_hold"},
            anomalies=frozenset({"shipped_while_held"}),
            commands={hold: "accepted"},
        ),
    )


def _closed_and_archived(order: ShopifyOrder) -> Story:
    """Guards in a row: no cancel of what is gone, no archive of what is open (model, 3)."""
    names = ("cancel", "early", "close", "archive")
    cancel, early, close, archive = (f"{name}-{order.number}" for name in names)
    key = order.key
    return Story(
        order_key=key,
        about="delivered, not to be cancelled, closed, archived",
        beats=(
            *on_its_way(order),
            arrives(order),
            Beat(
                deliveries=(
                    command("cancel", cancel, key, at(300)),
                    command("archive", early, key, at(301)),
                    command("close", close, key, at(302)),
                ),
                once={"fulfilment": "delivered"},
            ),
            Beat(
                deliveries=(command("archive", archive, key, at(303)),),
                once={"closure": "closed"},
            ),
        ),
        ending=Ending(
            shows=ARRIVED | {"closure": "archived"},
            commands={
                cancel: "not_completely_shipped",
                early: "closed",
                close: "accepted",
                archive: "accepted",
            },
        ),
    )
