"""What a WooCommerce shop sends of one order: the whole order, each time its status changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from streams import topic
from streams.demo.basket import SHIPPING, Item, total_of
from streams.demo.story import Delivery, amount, at, feed

Json = dict[str, Any]  # Any: the vendor's JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class WooOrder:
    """One order of a WooCommerce channel; `minutes` is when it was placed in the story."""

    account: str
    number: int
    items: tuple[Item, ...]
    minutes: float
    currency: str = "EUR"
    method: str = "stripe"

    @property
    def key(self) -> str:
        return f"{self.account}/{self.number}"

    @property
    def total(self) -> int:
        return total_of(self.items)

    def created(self, status: str = "pending") -> Delivery:
        """The webhook of the checkout."""
        return self._feed("order.created", self.body(status, self.minutes), self.minutes)

    def updated(
        self,
        status: str,
        minutes: float,
        *,
        paid: float = 0,
        completed: float = 0,
        refunds: tuple[tuple[int, int], ...] = (),
    ) -> Delivery:
        """The webhook of any change; `refunds` are pairs of id and amount."""
        body = self.body(status, minutes, paid=paid)
        body["date_completed_gmt"] = _gmt(completed)
        body["refunds"] = [
            {"id": refund, "reason": "", "total": f"-{amount(minor)}"} for refund, minor in refunds
        ]
        return self._feed("order.updated", body, minutes)

    def body(self, status: str, minutes: float, *, paid: float = 0) -> Json:
        """The order as it was then; paid by Stripe, its charge stands in the meta data."""
        by_stripe = bool(paid) and self.method == "stripe"
        buyer = {"first_name": "Noor", "last_name": "Haas", "city": "Gent", "country": "BE"}
        charge = {"id": 1, "key": "_stripe_charge_id", "value": f"ch_3Demo{self.number}"}
        return {
            "id": self.number,
            "parent_id": 0,
            "number": str(self.number),
            "status": status,
            "currency": self.currency,
            "version": "9.6.0",
            "date_created_gmt": _gmt(self.minutes),
            "date_modified_gmt": _gmt(minutes),
            "date_paid_gmt": _gmt(paid),
            "date_completed_gmt": None,
            "discount_total": "0.00",
            "shipping_total": amount(SHIPPING),
            "total": amount(self.total),
            "total_tax": "0.00",
            "customer_id": 0,
            "customer_note": "",
            "billing": {**buyer, "email": f"buyer{self.number}@example.test"},
            "shipping": buyer,
            "payment_method": self.method,
            "payment_method_title": self.method.title(),
            "transaction_id": f"pi_3Demo{self.number}" if by_stripe else "",
            "meta_data": [charge] if by_stripe else [],
            "line_items": self._lines(),
            "shipping_lines": [
                {"id": 9, "method_title": "Parcel", "method_id": "flat_rate", "total": "4.90"}
            ],
            "refunds": [],
        }

    def _lines(self) -> list[Json]:
        return [
            {
                "id": self.number * 10 + line,
                "name": item.title,
                "quantity": item.quantity,
                "total": amount(item.price * item.quantity),
                "sku": item.sku,
            }
            for line, item in enumerate(self.items)
        ]

    def _feed(self, event: str, body: Json, minutes: float) -> Delivery:
        when: datetime = at(minutes)
        return feed(
            topic.FEED_ORDERS,
            "woocommerce",
            self.account,
            event,
            body,
            when,
            x_wc_webhook_delivery_id=f"{self.number}-{int(minutes * 60)}",
        )


def _gmt(minutes: float) -> str | None:
    """Write a time as WooCommerce does: UTC, and no word about it."""
    return at(minutes).replace(tzinfo=None).isoformat() if minutes else None
