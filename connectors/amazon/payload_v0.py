"""The fields of version 0 of the Orders API, which ORDER_CHANGE writes too."""

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_pascal

from connectors.amazon import payload
from connectors.amazon.payload import Name, OrderId, OrderTime
from connectors.payload import ROWS, Payload, Pieces, Text


def _truth(value: object) -> object:
    """Read true and false, which version 0 writes as text as well."""
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


Truth = Annotated[bool, BeforeValidator(_truth), Field(strict=True)]


class PascalPayload(Payload):
    model_config = ConfigDict(alias_generator=to_pascal)


class Money(payload.Money, PascalPayload):
    pass


class Address(payload.Address, PascalPayload):
    pass


class Buyer(payload.Buyer, PascalPayload):
    pass


class BuyerRequestedCancel(PascalPayload):
    is_buyer_requested_cancel: Truth = False
    buyer_cancel_reason: Text = ""


class ItemBuyer(PascalPayload):
    gift_message_text: Text = ""


class Item(PascalPayload):
    """One line; its amounts are those of all its pieces."""

    order_item_id: Name
    seller_sku: Text = Field("", alias="SellerSKU")
    title: Text = ""
    quantity_ordered: Pieces
    quantity_shipped: Pieces = 0
    item_price: Money | None = None
    shipping_price: Money | None = None
    item_tax: Money | None = None
    shipping_tax: Money | None = None
    promotion_discount: Money | None = None
    buyer_requested_cancel: BuyerRequestedCancel | None = None
    buyer_info: ItemBuyer | None = None


class Order(PascalPayload):
    """One order; its items are told by another operation, which some callers put in here."""

    amazon_order_id: OrderId
    marketplace_id: Text = ""
    seller_order_id: Text = ""
    purchase_date: OrderTime
    last_update_date: OrderTime
    order_status: Text
    order_total: Money | None = None
    payment_method: Text = ""
    ship_service_level: Text = ""
    latest_ship_date: OrderTime | None = None
    latest_delivery_date: OrderTime | None = None
    easy_ship_shipment_status: Text = ""
    is_ispu: Truth = Field(default=False, alias="IsISPU")
    shipping_address: Address | None = None
    buyer_info: Buyer | None = None
    order_items: Annotated[tuple[Item, ...], *ROWS] = ()


class Items(PascalPayload):
    """The answer of getOrderItems: lines of an order that says nothing else here."""

    amazon_order_id: OrderId
    order_items: Annotated[tuple[Item, ...], *ROWS]
    next_token: Text = ""
