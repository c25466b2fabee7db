"""What a Shopify shop sends of one order: webhook bodies in the vendor's shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from streams import topic
from streams.demo.basket import SHIPPING, Item, total_of
from streams.demo.story import Delivery, amount, at, feed

Json = dict[str, Any]  # Any: the vendor's JSON
_FIRST_ID: Final = 6_100_000_000_000  # Shopify's ids are that long


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopifyOrder:
    """One order of a Shopify channel; `minutes` is when it was placed in the story."""

    account: str
    number: int
    items: tuple[Item, ...]
    minutes: float
    currency: str = "EUR"
    gateway: str = "stripe"
    test: bool = False

    @property
    def order_id(self) -> int:
        return _FIRST_ID + self.number

    @property
    def key(self) -> str:
        return f"{self.account}/{self.order_id}"

    @property
    def total(self) -> int:
        return total_of(self.items)

    def line_id(self, line: int) -> int:
        return self.order_id * 10 + line

    def created(self, financial: str = "pending", **changes: object) -> Delivery:
        """The webhook of the checkout."""
        return self._order("orders/create", self.minutes, financial_status=financial, **changes)

    def cancelled(self, minutes: float, financial: str = "voided") -> Delivery:
        """The webhook of a cancellation in the shop's admin."""
        when = at(minutes).isoformat()
        return self._order(
            "orders/cancelled",
            minutes,
            financial_status=financial,
            cancelled_at=when,
            cancel_reason="customer",
        )

    def transaction(
        self, minutes: float, kind: str = "sale", status: str = "success", **changes: object
    ) -> Delivery:
        """Money as the shop tells of it; the receipt names Stripe's payment."""
        stripe = self.gateway == "stripe"
        body: Json = {
            "id": self.order_id + int(minutes * 10) * 1_000_000,
            "order_id": self.order_id,
            "kind": kind,
            "status": status,
            "gateway": self.gateway,
            "amount": amount(self.total),
            "currency": self.currency,
            "parent_id": None,
            "authorization": f"ch_3Demo{self.number}" if stripe else None,
            "receipt": {"id": f"pi_3Demo{self.number}", "object": "payment_intent"}
            if stripe
            else {},
            "error_code": None,
            "test": self.test,
            "created_at": at(minutes).isoformat(),
            "processed_at": at(minutes).isoformat(),
            **changes,
        }
        return self._feed("order_transactions/create", body, minutes)

    def fulfilled(
        self,
        minutes: float,
        *parcels: str,
        lines: tuple[int, ...] = (),
        shipment: int = 1,
        status: str = "success",
        changed: float = 0,
    ) -> Delivery:
        """A shipment with its parcels; all lines of the order if none are named."""
        chosen = lines or tuple(range(len(self.items)))
        body: Json = {
            "id": self.shipment_id(shipment),
            "order_id": self.order_id,
            "status": status,
            "created_at": at(minutes).isoformat(),
            "updated_at": at(changed or minutes).isoformat(),
            "service": "manual",
            "tracking_company": "DHL",
            "shipment_status": None,
            "tracking_number": parcels[0] if parcels else None,
            "tracking_numbers": list(parcels),
            "tracking_urls": [f"https://track.example.test/{number}" for number in parcels],
            "line_items": [
                {"id": self.line_id(line), "quantity": self.items[line].quantity}
                for line in chosen
            ],
        }
        event = "fulfillments/update" if changed else "fulfillments/create"
        return self._feed(event, body, changed or minutes)

    def shipment_id(self, shipment: int = 1) -> int:
        return self.order_id * 10 + 1_000 * shipment

    def refunded(
        self,
        minutes: float,
        refund: str,
        minor: int,
        *,
        lines: tuple[int, ...] = (),
        restock: str = "no_restock",
    ) -> Delivery:
        """Money back, for pieces that were cancelled, returned, or neither."""
        when = at(minutes).isoformat()
        money: Json = {
            "id": self.order_id + int(minutes * 10) * 1_000_000,
            "order_id": self.order_id,
            "kind": "refund",
            "status": "success",
            "gateway": self.gateway,
            "amount": amount(minor),
            "currency": self.currency,
            "parent_id": None,
            "authorization": None,
            "receipt": {"id": refund, "charge": f"ch_3Demo{self.number}"},
            "created_at": when,
            "processed_at": when,
        }
        body: Json = {
            "id": self.order_id * 10 + int(minutes),
            "order_id": self.order_id,
            "created_at": when,
            "processed_at": when,
            "note": "",
            "refund_line_items": [self._refund_line(line, restock) for line in lines],
            "transactions": [money],
            "order_adjustments": [],
        }
        return self._feed("refunds/create", body, minutes)

    def _refund_line(self, line: int, restock: str) -> Json:
        return {
            "id": self.line_id(line) + 7,
            "line_item_id": self.line_id(line),
            "quantity": self.items[line].quantity,
            "restock_type": restock,
        }

    def _order(self, event: str, minutes: float, **changes: object) -> Delivery:
        placed, updated = at(self.minutes).isoformat(), at(minutes).isoformat()
        body: Json = {
            "id": self.order_id,
            "admin_graphql_api_id": f"gid://shopify/Order/{self.order_id}",
            "name": f"#{self.number}",
            "order_number": self.number,
            "created_at": placed,
            "updated_at": updated,
            "cancelled_at": None,
            "cancel_reason": None,
            "closed_at": None,
            "test": self.test,
            "confirmed": True,
            "financial_status": "pending",
            "fulfillment_status": None,
            "currency": self.currency,
            "presentment_currency": self.currency,
            "total_price": amount(self.total),
            "total_tax": "0.00",
            "total_discounts": "0.00",
            "payment_gateway_names": [self.gateway],
            "note": None,
            "email": f"buyer{self.number}@example.test",
            "customer": {"id": self.number, "first_name": "Ida", "last_name": "Berg"},
            "shipping_address": {
                "name": "Ida Berg",
                "address1": "Lindenweg 7",
                "zip": "04109",
                "city": "Leipzig",
                "country_code": "DE",
            },
            "shipping_lines": [{"id": 1, "title": "Parcel", "price": amount(SHIPPING)}],
            "line_items": [self._line(number) for number in range(len(self.items))],
            "fulfillments": [],
            "refunds": [],
            **changes,
        }
        return self._feed(event, body, minutes)

    def _line(self, line: int) -> Json:
        item = self.items[line]
        return {
            "id": self.line_id(line),
            "title": item.title,
            "name": item.title,
            "quantity": item.quantity,
            "sku": item.sku,
            "price": amount(item.price),
            "fulfillable_quantity": item.quantity,
        }

    def _feed(self, event: str, body: Json, minutes: float) -> Delivery:
        webhook = f"{event.replace('/', '-')}-{body['id']}-{int(minutes * 60)}"
        return feed(
            topic.FEED_ORDERS,
            "shopify",
            self.account,
            event,
            body,
            at(minutes),
            x_shopify_webhook_id=webhook,
        )
