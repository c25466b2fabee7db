"""What Stripe sends of one payment: events that know a payment intent and no order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from streams import topic
from streams.demo.shopify import ShopifyOrder
from streams.demo.story import Delivery, at, feed
from streams.demo.woocommerce import WooOrder

Json = dict[str, Any]  # Any: the vendor's JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class StripePayment:
    """The payment of one order; `minutes` is when the buyer paid."""

    account: str
    number: int
    total: int
    currency: str
    minutes: float

    @property
    def intent(self) -> str:
        return f"pi_3Demo{self.number}"

    @property
    def charge(self) -> str:
        return f"ch_3Demo{self.number}"

    def succeeded(self) -> Delivery:
        """The intent's own event: it names its newest charge."""
        body = self._intent("succeeded", amount_received=self.total, latest_charge=self.charge)
        return self._event("payment_intent.succeeded", body, self.minutes)

    def failed(self) -> Delivery:
        """The event of a card that was declined."""
        error = {"code": "card_declined", "decline_code": "insufficient_funds"}
        body = self._intent("requires_payment_method", last_payment_error=error)
        return self._event("payment_intent.payment_failed", body, self.minutes)

    def charged(self, *, captured: bool = True) -> Delivery:
        """The event of the charge: the money, or only its authorisation."""
        return self._event("charge.succeeded", self._charge(captured=captured), self.minutes)

    def captured(self, minutes: float) -> Delivery:
        """The event of an authorised charge that was captured later."""
        return self._event("charge.captured", self._charge(), minutes)

    def refunded(self, refund: str, minor: int, minutes: float) -> Delivery:
        """The event of a refund; the charge lists it."""
        listed = {
            "id": refund,
            "object": "refund",
            "amount": minor,
            "charge": self.charge,
            "created": _seconds(minutes),
            "currency": self.currency.lower(),
            "payment_intent": self.intent,
            "reason": "requested_by_customer",
            "status": "succeeded",
        }
        body = self._charge(
            amount_refunded=minor,
            refunded=minor == self.total,
            refunds={"object": "list", "data": [listed], "has_more": False},
        )
        return self._event("charge.refunded", body, minutes)

    def disputed(self, minutes: float) -> Delivery:
        """The event of a buyer's bank that takes the money back for now."""
        body: Json = {
            "id": f"dp_3Demo{self.number}",
            "object": "dispute",
            "amount": self.total,
            "charge": self.charge,
            "created": _seconds(minutes),
            "currency": self.currency.lower(),
            "livemode": True,
            "payment_intent": self.intent,
            "reason": "fraudulent",
            "status": "needs_response",
        }
        return self._event("charge.dispute.created", body, minutes)

    def _intent(self, status: str, **changes: object) -> Json:
        return {
            "id": self.intent,
            "object": "payment_intent",
            "amount": self.total,
            "amount_capturable": 0,
            "amount_received": 0,
            "capture_method": "automatic",
            "created": _seconds(self.minutes) - 20,
            "currency": self.currency.lower(),
            "last_payment_error": None,
            "latest_charge": None,
            "livemode": True,
            "metadata": {},
            "status": status,
            **changes,
        }

    def _charge(self, *, captured: bool = True, **changes: object) -> Json:
        return {
            "id": self.charge,
            "object": "charge",
            "amount": self.total,
            "amount_captured": self.total if captured else 0,
            "amount_refunded": 0,
            "captured": captured,
            "created": _seconds(self.minutes),
            "currency": self.currency.lower(),
            "disputed": False,
            "failure_code": None,
            "livemode": True,
            "metadata": {},
            "paid": True,
            "payment_intent": self.intent,
            "payment_method_details": {"type": "card", "card": {"brand": "visa"}},
            "refunded": False,
            "status": "succeeded",
            **changes,
        }

    def _event(self, kind: str, body: Json, minutes: float) -> Delivery:
        event = {
            "id": f"evt_{kind.replace('.', '_')}_{self.number}_{int(minutes * 60)}",
            "object": "event",
            "api_version": "2025-03-31.basil",
            "created": _seconds(minutes),
            "livemode": True,
            "pending_webhooks": 1,
            "type": kind,
            "data": {"object": body},
        }
        return feed(topic.FEED_PAYMENTS, "stripe", self.account, kind, event, at(minutes))


def payment_of(order: ShopifyOrder | WooOrder, minutes: float) -> StripePayment:
    """Pay an order's total with Stripe."""
    tenant = order.account.partition("/")[0]
    return StripePayment(
        account=f"{tenant}/stripe",
        number=order.number,
        total=order.total,
        currency=order.currency,
        minutes=minutes,
    )


def _seconds(minutes: float) -> int:
    return int(at(minutes).timestamp())
