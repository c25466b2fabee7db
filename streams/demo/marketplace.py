"""Stories of the WooCommerce shop, shown in the marketplace's one word an order."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random

from streams.demo.basket import draw_items
from streams.demo.story import Beat, Delivery, Ending, Shown, Story, at, command
from streams.demo.stripe import payment_of
from streams.demo.woocommerce import WooOrder


def stories(account: str, chance: Random) -> list[Story]:
    """Make the stories of this shop, each with an order of its own."""
    numbers = iter(range(3_001, 3_100))

    def order(method: str = "stripe") -> WooOrder:
        number = next(numbers)
        items = draw_items(chance)
        minutes = float(number % 100)
        return WooOrder(
            account=account, number=number, items=items, minutes=minutes, method=method
        )

    return [
        *(_plain(order()) for _ in range(3)),
        _as_cloud_events(order()),
        _payment_first(order()),
        _stale_snapshot(order()),
        _waits_for_a_transfer(order("bacs")),
        _held_by_hand(order()),
        _never_paid(order()),
        _card_declined(order()),
        _status_of_a_plugin(order()),
        _refunded_in_part(order()),
        _refunded(order()),
        _shipped_by_hand(order()),
    ]


def _shows(state: str, word: str) -> Shown:
    lifecycle, payment, fulfilment = state.split()
    return {
        "lifecycle": lifecycle,
        "payment": payment,
        "fulfilment": fulfilment,
        "marketplace.order": word,
    }


_COMPLETE = _shows("completed paid fulfilled", "Complete")
_PROCESSING = _shows("open paid unfulfilled", "Processing")


def _begin(order: WooOrder) -> tuple[Beat, Beat]:
    """Begin as most orders do: placed, then paid, told by shop and Stripe."""
    paid_at = order.minutes + 2
    payment = payment_of(order, paid_at)
    told = order.updated("processing", paid_at, paid=paid_at)
    return (
        Beat(deliveries=(order.created(),)),
        Beat(
            deliveries=(payment.succeeded(), payment.charged(), told),
            once={"lifecycle": "pending"},
        ),
    )


def _completed(order: WooOrder, minutes: float = 120) -> Beat:
    told = order.updated("completed", minutes, paid=order.minutes + 2, completed=minutes)
    return Beat(deliveries=(told,), once={"payment": "paid"})


def _plain(order: WooOrder) -> Story:
    return Story(
        order_key=order.key,
        about="placed, paid, completed",
        beats=(*_begin(order), _completed(order)),
        ending=Ending(shows=_COMPLETE),
    )


def _as_cloud_events(order: WooOrder) -> Story:
    """The same, from a producer that cannot set headers: CloudEvents in structured mode."""
    story = _plain(order)
    beats = tuple(
        replace(beat, deliveries=tuple(_enveloped(one) for one in beat.deliveries))
        for beat in story.beats
    )
    return replace(story, about="all of it as CloudEvents", beats=beats)


def _enveloped(delivery: Delivery) -> Delivery:
    headers = {name: text.decode() for name, text in delivery.headers}
    envelope = {
        "specversion": "1.0",
        "id": f"{delivery.at.isoformat()}-{headers['topic']}",
        "source": f"{headers['source']}/{headers['account']}",
        "type": headers["topic"],
        "time": headers["received_at"],
        "datacontenttype": "application/json",
        "data": json.loads(delivery.value),
    }
    return replace(delivery, value=json.dumps(envelope).encode(), headers=())


def _payment_first(order: WooOrder) -> Story:
    """Stripe's intent waits until the order brings it as its transaction id (X.2)."""
    paid_at = order.minutes + 2
    payment = payment_of(order, paid_at)
    told = order.updated("processing", paid_at, paid=paid_at)
    return Story(
        order_key=order.key,
        about="the payment arrives before its order",
        beats=(
            Beat(deliveries=(payment.succeeded(), payment.charged())),
            Beat(deliveries=(told,), after_seconds=1.0),
        ),
        ending=Ending(shows=_PROCESSING),
    )


def _stale_snapshot(order: WooOrder) -> Story:
    """What the order was an hour ago comes after what it is now, and changes nothing (X.1)."""
    start, pay = _begin(order)
    return Story(
        order_key=order.key,
        about="older snapshots arrive after newer ones",
        beats=(
            start,
            pay,
            _completed(order),
            Beat(deliveries=(*pay.deliveries, *start.deliveries), once={"lifecycle": "completed"}),
        ),
        ending=Ending(shows=_COMPLETE),
    )


def _waits_for_a_transfer(order: WooOrder) -> Story:
    """`on-hold` is this shop's word for money under way by hand; it ends with the status."""
    paid_at = order.minutes + 90
    return Story(
        order_key=order.key,
        about="on hold until the bank transfer comes",
        beats=(
            Beat(deliveries=(order.created("on-hold"),)),
            Beat(
                deliveries=(order.updated("processing", paid_at, paid=paid_at),),
                once={"hold": "on_hold", "marketplace.order": "On hold"},
            ),
        ),
        ending=Ending(shows=_PROCESSING | {"hold": "clear"}, notices={"order_status/merchant": 1}),
    )


def _held_by_hand(order: WooOrder) -> Story:
    hold, again, release, twice = (
        f"{kind}-{order.number}" for kind in ("hold", "ship", "release", "release-2")
    )
    return Story(
        order_key=order.key,
        about="held by an operator, released, not released twice",
        beats=(
            *_begin(order),
            Beat(
                deliveries=(command("hold", hold, order.key, at(30), reason="fraud"),),
                once={"payment": "paid"},
            ),
            Beat(
                deliveries=(
                    command("mark_shipped", again, order.key, at(31)),
                    command("release", release, order.key, at(32)),
                    command("release", twice, order.key, at(33)),
                ),
                once={"marketplace.order": "On hold"},
            ),
        ),
        ending=Ending(
            shows=_PROCESSING | {"hold": "clear"},
            commands={
                hold: "accepted",
                again: "no_hold",
                release: "accepted",
                twice: "held",
            },
            notices={"order_status/merchant": 1},
        ),
    )


def _never_paid(order: WooOrder) -> Story:
    return Story(
        order_key=order.key,
        about="cancelled by the shop, nobody paid",
        beats=(
            Beat(deliveries=(order.created(),)),
            Beat(deliveries=(order.updated("cancelled", 65),), once={"lifecycle": "pending"}),
        ),
        ending=Ending(
            shows=_shows("cancelled unpaid cancelled", "Canceled"),
            notices={"order_status/merchant": 1},
        ),
    )


def _card_declined(order: WooOrder) -> Story:
    return Story(
        order_key=order.key,
        about="the card is declined",
        beats=(
            Beat(deliveries=(order.created(),)),
            Beat(
                deliveries=(order.updated("failed", order.minutes + 3),),
                once={"lifecycle": "pending"},
            ),
        ),
        ending=Ending(shows=_shows("pending failed unfulfilled", "Pending")),
    )


def _status_of_a_plugin(order: WooOrder) -> Story:
    """A status that a plugin invented is told and guesses nothing (X.21)."""
    return Story(
        order_key=order.key,
        about="a plugin invents an order status",
        beats=(
            Beat(deliveries=(order.created(),)),
            Beat(
                deliveries=(order.updated("in-the-oven", order.minutes + 3),),
                once={"lifecycle": "pending"},
            ),
        ),
        ending=Ending(
            shows=_shows("pending in_progress unfulfilled", "Pending"),
            anomalies=frozenset({"unknown_code"}),
        ),
    )


def _refunded_in_part(order: WooOrder) -> Story:
    """An order once valid stays so; the order lists the refund, Stripe tells of it too (8.2)."""
    paid_at = order.minutes + 2
    refund = payment_of(order, paid_at).refunded(f"re_3Demo{order.number}", 700, 200)
    told = order.updated("completed", 200, paid=paid_at, completed=120, refunds=((801, 700),))
    return Story(
        order_key=order.key,
        about="completed, then refunded in part",
        beats=(
            *_begin(order),
            _completed(order),
            Beat(deliveries=(refund, told), once={"lifecycle": "completed"}),
        ),
        ending=Ending(shows=_shows("completed partially_refunded fulfilled", "Complete")),
    )


def _refunded(order: WooOrder) -> Story:
    paid_at = order.minutes + 2
    total = order.total
    refund = payment_of(order, paid_at).refunded(f"re_3Demo{order.number}", total, 200)
    told = order.updated("refunded", 200, paid=paid_at, completed=120, refunds=((802, total),))
    return Story(
        order_key=order.key,
        about="completed, then refunded in full",
        beats=(
            *_begin(order),
            _completed(order),
            Beat(deliveries=(refund, told), once={"lifecycle": "completed"}),
        ),
        ending=Ending(shows=_shows("completed refunded fulfilled", "Complete")),
    )


def _shipped_by_hand(order: WooOrder) -> Story:
    ship, cancel = f"ship-{order.number}", f"cancel-{order.number}"
    return Story(
        order_key=order.key,
        about="marked as shipped by an operator, too late to cancel",
        beats=(
            *_begin(order),
            Beat(
                deliveries=(
                    command("mark_shipped", ship, order.key, at(80)),
                    command("cancel", cancel, order.key, at(81)),
                ),
                once={"payment": "paid"},
            ),
        ),
        ending=Ending(
            shows=_COMPLETE,
            commands={ship: "accepted", cancel: "not_completely_shipped"},
        ),
    )
