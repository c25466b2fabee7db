"""Stories of the first storefront: how money comes, fails, races and goes back."""

from __future__ import annotations

from random import Random

from streams.demo.basket import draw_items
from streams.demo.shopify import ShopifyOrder
from streams.demo.storefront import (
    ARRIVED,
    DELIVERED,
    FULFILLED,
    arrives,
    on_its_way,
    paid,
    parcel_of,
    plain,
    shipment,
    shows,
)
from streams.demo.story import Beat, Ending, Story, at, command
from streams.demo.stripe import payment_of


def stories(account: str, chance: Random) -> list[Story]:
    """Make the stories about money, each with an order of its own."""
    numbers = iter(range(1_001, 1_100))

    def order(*, lines: int = 0, test: bool = False) -> ShopifyOrder:
        number = next(numbers)
        return ShopifyOrder(
            account=account,
            number=number,
            items=draw_items(chance, lines),
            minutes=number % 100,
            test=test,
        )

    return [
        *(plain(order()) for _ in range(3)),
        _delivered_twice(order()),
        _payment_first(order()),
        _cancel_races_payment(order()),
        _cancelled_after_payment(order()),
        _refunded_in_part(order(lines=2)),
        _line_cancelled(order(lines=2)),
        _all_returned(order()),
        _card_declined(order()),
        _authorised_first(order()),
        _disputed(order()),
        _test_order(order(test=True)),
    ]


def _delivered_twice(order: ShopifyOrder) -> Story:
    """Every webhook comes two or three times; whoever is told is told once (X.14)."""
    parcel = parcel_of(order)
    out = (180, "out_for_delivery", "out_for_delivery")
    start, pay, send = on_its_way(order)
    return Story(
        order_key=order.key,
        about="every webhook comes twice or more",
        beats=(
            Beat(deliveries=start.deliveries * 3),
            Beat(deliveries=pay.deliveries * 2, once=pay.once),
            Beat(deliveries=send.deliveries * 2, once=send.once),
            Beat(deliveries=(parcel.tracked(DELIVERED[0], out),) * 2, once=FULFILLED),
            Beat(
                deliveries=(parcel.tracked(DELIVERED[0], out, DELIVERED[1]),) * 2,
                once=shipment(order, "Out for delivery"),
            ),
            Beat(
                deliveries=(*start.deliveries, *pay.deliveries),
                once=shipment(order, "Delivered"),
            ),
        ),
        ending=Ending(
            shows=ARRIVED | shipment(order, "Delivered"),
            notices={
                "order_placed/merchant": 1,
                "order_confirmation/customer": 1,
                "payment_status/customer": 1,
                "fulfilment_status/customer": 2,
                "shipment_status/customer": 1,
            },
        ),
    )


def _payment_first(order: ShopifyOrder) -> Story:
    """Stripe knows an intent only; it waits until the shop's transaction names the order (X.2)."""
    payment = payment_of(order, order.minutes + 1)
    return Story(
        order_key=order.key,
        about="the payment arrives before its order",
        beats=(
            Beat(deliveries=(payment.succeeded(), payment.charged())),
            Beat(deliveries=(order.created(),), after_seconds=1.0),
            Beat(
                deliveries=(order.transaction(order.minutes + 1),), once={"lifecycle": "pending"}
            ),
        ),
        ending=Ending(shows=shows("open paid unfulfilled", "Paid / Unfulfilled")),
    )


def _cancel_races_payment(order: ShopifyOrder) -> Story:
    """The buyer pays a minute after the cancel; whichever arrives first, both are true (X.8)."""
    cancel = command("cancel", f"cancel-{order.number}", order.key, at(order.minutes + 20))
    return Story(
        order_key=order.key,
        about="a cancel races a payment",
        beats=(
            Beat(deliveries=(order.created(),)),
            Beat(
                deliveries=(cancel, *paid(order, order.minutes + 21)),
                once={"lifecycle": "pending"},
            ),
        ),
        ending=Ending(
            # Nothing is due any more, so what came in is too much: the word stays Paid.
            shows=shows("cancelled overpaid cancelled", "Paid / Canceled"),
            anomalies=frozenset({"money_after_cancel"}),
            commands={f"cancel-{order.number}": "accepted"},
        ),
    )


def _cancelled_after_payment(order: ShopifyOrder) -> Story:
    """Cancelled when paid: somebody has to send the money back, and Stripe says when it is."""
    cancel = command("cancel", f"cancel-{order.number}", order.key, at(order.minutes + 30))
    refund, payment = f"re_3Demo{order.number}", payment_of(order, order.minutes + 1)
    return Story(
        order_key=order.key,
        about="cancelled when paid, then refunded",
        beats=(
            *on_its_way(order)[:2],
            Beat(deliveries=(cancel,), once={"payment": "paid"}),
            Beat(
                deliveries=(payment.refunded(refund, order.total, 50),),
                once={"lifecycle": "cancelled"},
            ),
        ),
        ending=Ending(
            shows=shows("cancelled refunded cancelled", "Refunded / Canceled"),
            commands={f"cancel-{order.number}": "accepted"},
            actions=("refund",),
        ),
    )


def _refunded_in_part(order: ShopifyOrder) -> Story:
    """Shop and Stripe both tell of one refund; it counts once."""
    refund, payment = f"re_3Demo{order.number}", payment_of(order, order.minutes + 1)
    told = (order.refunded(300, refund, 500), payment.refunded(refund, 500, 300))
    return Story(
        order_key=order.key,
        about="a partial refund, told by shop and Stripe",
        beats=(
            *on_its_way(order),
            arrives(order),
            Beat(deliveries=told, once={"fulfilment": "delivered"}),
        ),
        ending=Ending(
            shows=shows("completed partially_refunded delivered", "Partially Refunded / Delivered")
        ),
    )


def _line_cancelled(order: ShopifyOrder) -> Story:
    """One line is called off and paid back; the rest is all there is to deliver (X.5)."""
    refund, off = f"re_3Demo{order.number}", order.items[1]
    told = order.refunded(40, refund, off.price * off.quantity, lines=(1,), restock="cancel")
    sent = order.fulfilled(60, parcel_of(order).number, lines=(0,))
    return Story(
        order_key=order.key,
        about="one line cancelled and paid back, the other delivered",
        beats=(
            *on_its_way(order)[:2],
            Beat(deliveries=(told,), once={"payment": "paid"}),
            Beat(deliveries=(sent,), once={"payment": "partially_refunded"}),
            arrives(order),
        ),
        ending=Ending(
            shows=shows("completed partially_refunded delivered", "Partially Refunded / Delivered")
        ),
    )


def _all_returned(order: ShopifyOrder) -> Story:
    refund, everything = f"re_3Demo{order.number}", tuple(range(len(order.items)))
    back = order.refunded(4_000, refund, order.total, lines=everything, restock="return")
    return Story(
        order_key=order.key,
        about="delivered, returned and paid back",
        beats=(
            *on_its_way(order),
            arrives(order),
            Beat(deliveries=(back,), once={"fulfilment": "delivered"}),
        ),
        ending=Ending(
            shows=shows("completed refunded returned", "Refunded / Returned")
            | shipment(order, "Delivered")
        ),
    )


def _card_declined(order: ShopifyOrder) -> Story:
    payment = payment_of(order, order.minutes + 1)
    told = order.transaction(order.minutes + 1, status="failure", authorization=None)
    return Story(
        order_key=order.key,
        about="the card is declined",
        beats=(
            Beat(deliveries=(order.created(),)),
            Beat(deliveries=(payment.failed(), told), once={"lifecycle": "pending"}),
        ),
        ending=Ending(shows=shows("pending failed unfulfilled", "In progress / Unfulfilled")),
    )


def _authorised_first(order: ShopifyOrder) -> Story:
    payment = payment_of(order, order.minutes + 1)
    granted = order.transaction(order.minutes + 1, "authorization")
    return Story(
        order_key=order.key,
        about="authorised at checkout, captured when sent",
        beats=(
            Beat(deliveries=(order.created(),)),
            Beat(
                deliveries=(granted, payment.charged(captured=False)),
                once={"lifecycle": "pending"},
            ),
            Beat(deliveries=(payment.captured(59),), once={"payment": "authorized"}),
            Beat(
                deliveries=(order.fulfilled(60, parcel_of(order).number),),
                once={"payment": "paid"},
            ),
        ),
        ending=Ending(
            shows=shows("completed paid fulfilled", "Paid / Fulfilled")
            | shipment(order, "Shipped")
        ),
    )


def _disputed(order: ShopifyOrder) -> Story:
    dispute = payment_of(order, order.minutes + 1).disputed(4_000)
    return Story(
        order_key=order.key,
        about="the buyer's bank disputes the payment",
        beats=(
            *on_its_way(order),
            arrives(order),
            Beat(deliveries=(dispute,), once={"fulfilment": "delivered"}),
        ),
        ending=Ending(shows=shows("completed disputed delivered", "Paid / Delivered")),
    )


def _test_order(order: ShopifyOrder) -> Story:
    """A test order goes all the way, and no customer hears of it."""
    return Story(
        order_key=order.key,
        about="a test order: no customer is told",
        beats=(*on_its_way(order), arrives(order)),
        ending=Ending(shows=ARRIVED, notices={"order_placed/merchant": 1}),
    )
