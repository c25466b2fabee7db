"""Notifications about orders and what is sent for them: the news alone, never the whole order.

ORDER_CHANGE brings a summary without prices, so the whole order is asked for. The schemas of the
others name no closed list of statuses: the tables hold those of the operations they belong to.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated, Final, NamedTuple

from pydantic import Field

from connectors.amazon.package import easy_ship_facts, parcels_of
from connectors.amazon.payload import Name, OrderId
from connectors.amazon.payload_v0 import PascalPayload, Truth
from connectors.amazon.table import (
    EASY_SHIP,
    FULFILMENT_ORDER,
    FULFILMENT_SHIPMENT,
    NEW_WORD,
    ONSITE_SHIPMENT,
    ORDER,
    ORDER_V0,
)
from connectors.payload import ROWS, Pieces, Text, Time
from connectors.snapshot import Snapshot
from connectors.writer import Writer
from domain import fact as facts
from domain.body import HoldPlaced, Reason, ShipmentInfo, ShipmentRef
from domain.fact import Fact
from domain.instant import micros
from domain.office_body import ReceivedUnits, ReturnReceived
from domain.office_fact import ReturnWasReceived
from domain.vocabulary import CancelReason, HoldReason

CHANGES: Final = ("OrderStatusChange", "BuyerRequestedChange", "DeliveryTipChange")
_WHOLE: Final = "OrderLevel"


class Word(NamedTuple):
    """A status as it came: of which field, and when it was true."""

    field: str
    value: str
    at: datetime


class ChangedItem(PascalPayload):
    order_item_id: Name
    quantity: Pieces = 0
    quantity_shipped: Pieces = 0
    is_buyer_requested_cancel: Truth = False


class Summary(PascalPayload):
    order_status: Text
    purchase_date: Time | None = None
    easy_ship_shipment_status: Text = ""
    order_items: Annotated[tuple[ChangedItem, ...], *ROWS] = ()


class Trigger(PascalPayload):
    time_of_order_change: Time | None = None
    change_reason: Text = ""


class OrderChange(PascalPayload):
    notification_level: Text = ""
    amazon_order_id: OrderId
    order_change_type: Text
    order_change_trigger: Trigger = Trigger()
    summary: Summary


class FulfilmentPackage(PascalPayload):
    carrier_code: Text = ""
    tracking_number: Text = ""


class FulfilmentShipment(PascalPayload):
    fulfillment_shipment_status: Text
    amazon_shipment_id: Name
    estimated_arrival_date_time: Time | None = None
    packages: Annotated[tuple[FulfilmentPackage, ...], *ROWS] = Field(
        (), alias="FulfillmentShipmentPackages"
    )


class ReturnItem(PascalPayload):
    received_date_time: Time
    returned_quantity: Pieces
    seller_sku: Name = Field(alias="SellerSKU")


class FulfilmentOrder(PascalPayload):
    status_updated_date_time: Time
    seller_fulfillment_order_id: Name
    fulfillment_order_status: Text
    fulfillment_shipment: FulfilmentShipment | None = None
    fulfillment_return_item: ReturnItem | None = None


class OnsiteShipment(PascalPayload):
    amazon_order_id: OrderId
    amazon_shipment_id: Name
    shipment_status: Text


def order_change_facts(writer: Writer, change: OrderChange, sent_at: datetime) -> Iterator[Fact]:
    """Say what changed on an order, and what its new status implies."""
    at = change.order_change_trigger.time_of_order_change or sent_at
    summary, order_id = change.summary, change.amazon_order_id
    placed_at = summary.purchase_date or at
    snapshot = Snapshot(writer=writer, placed_at=placed_at, changed_at=at, revision=micros(at))
    yield from snapshot.links(f"order:{order_id}")
    if change.order_change_type not in CHANGES:
        yield snapshot.unknown("OrderChangeType", change.order_change_type)
    yield from _asked(writer, change, at)
    yield from _implied(snapshot, change)
    if word := summary.easy_ship_shipment_status:
        yield from easy_ship_facts(writer, order_id, EASY_SHIP.get(word, word), placed_at, at)
        if word not in EASY_SHIP:
            yield snapshot.unknown("EasyShipShipmentStatus", word)


def _asked(writer: Writer, change: OrderChange, at: datetime) -> Iterator[Fact]:
    items = change.summary.order_items
    asks = change.order_change_type == "BuyerRequestedChange"
    if asks or any(item.is_buyer_requested_cancel for item in items):
        note = change.order_change_trigger.change_reason if asks else ""
        body = Reason(reason=CancelReason.BUYER_ASKED, note=note)
        event_id = f"order:{change.amazon_order_id}:cancel_requested:{micros(at)}"
        yield writer.fact(facts.OrderCancelRequested, event_id, at, body=body)


def _implied(snapshot: Snapshot, change: OrderChange) -> Iterable[Fact]:
    """Say what the status implies; of one item's level only what holds for the whole order."""
    summary = change.summary
    meaning = ORDER.get(ORDER_V0.get(summary.order_status, ""), NEW_WORD)
    if meaning is NEW_WORD:
        return [snapshot.unknown("OrderStatus", summary.order_status)]
    if meaning.happened == "cancelled":
        return [snapshot.cancelled()]
    if meaning.happened == "shipped":
        return [snapshot.shipped()]
    if change.notification_level != _WHOLE:
        return []
    return snapshot.counted(
        {each.order_item_id: each.quantity_shipped for each in summary.order_items}
    )


def fulfilment_order_facts(writer: Writer, order: FulfilmentOrder) -> Iterator[Fact]:
    """Say how far Amazon is with goods that a seller has it send for an order of elsewhere."""
    at = order.status_updated_date_time
    name = f"fulfilment_order:{order.seller_fulfillment_order_id}"
    status = order.fulfillment_order_status
    match FULFILMENT_ORDER.get(_plain(status)):
        case "work_started":
            yield writer.fact(facts.OrderWorkStarted, f"{name}:work_started", at, inferred=True)
        case "held":
            hold = HoldPlaced(hold_id=name, reason=HoldReason.STOCK, note=f"Amazon: {status}")
            yield writer.fact(facts.HoldWasPlaced, f"{name}:held:{micros(at)}", at, body=hold)
        case None:
            event_id = f"{name}:unknown:FulfillmentOrderStatus:{status}"
            yield writer.unknown(event_id, at, field="FulfillmentOrderStatus", value=status)
        case _:
            pass  # nothing that the order needs to know
    if shipment := order.fulfillment_shipment:
        yield from _shipment(writer, name, order, shipment)
    if item := order.fulfillment_return_item:
        yield from _returned(writer, name, item)


def _shipment(
    writer: Writer, name: str, order: FulfilmentOrder, shipment: FulfilmentShipment
) -> Iterator[Fact]:
    at = order.status_updated_date_time
    parcels = {
        parcel.number: parcel
        for package in shipment.packages
        for parcel in parcels_of(package.tracking_number, package.carrier_code)
    }
    info = ShipmentInfo(
        shipment_id=shipment.amazon_shipment_id,
        parcels=tuple(parcels.values()),
        expected_at=shipment.estimated_arrival_date_time,
    )
    name = f"{name}:shipment:{shipment.amazon_shipment_id}"
    yield writer.fact(
        facts.ShipmentCreated, f"{name}:{micros(at)}", at, body=info, revision=micros(at)
    )
    for number in parcels:
        yield writer.alias(f"parcel:{number}", writer.reference, at)
    status = shipment.fulfillment_shipment_status
    told = Word("FulfillmentShipmentStatus", status, at)
    meaning = FULFILMENT_SHIPMENT.get(status.upper())
    yield from _moved(writer, name, shipment.amazon_shipment_id, meaning, told)


def onsite_facts(writer: Writer, shipment: OnsiteShipment, sent_at: datetime) -> Iterator[Fact]:
    """Say that Amazon made or called off a shipment from its seller's own house."""
    name = f"order:{shipment.amazon_order_id}:shipment:{shipment.amazon_shipment_id}"
    info = ShipmentInfo(shipment_id=shipment.amazon_shipment_id)
    yield writer.link(f"order:{shipment.amazon_order_id}", sent_at)
    yield writer.fact(facts.ShipmentCreated, name, sent_at, body=info)
    told = Word("ShipmentStatus", shipment.shipment_status, sent_at)
    meaning = ONSITE_SHIPMENT.get(shipment.shipment_status.upper())
    yield from _moved(writer, name, shipment.amazon_shipment_id, meaning, told)


def _moved(
    writer: Writer, name: str, shipment_id: str, meaning: str | None, told: Word
) -> Iterator[Fact]:
    """Say what a shipment's status means for it."""
    body = ShipmentRef(shipment_id=shipment_id, note=told.value)
    match meaning:
        case "handed_over":
            yield writer.fact(facts.ShipmentHandedOver, f"{name}:handed_over", told.at, body=body)
        case "cancelled":
            yield writer.fact(facts.ShipmentCancelled, f"{name}:cancelled", told.at, body=body)
        case None:
            event_id = f"{name}:unknown:{told.field}:{told.value}"
            yield writer.unknown(event_id, told.at, field=told.field, value=told.value)
        case _:
            pass  # it waits to be handed over


def _returned(writer: Writer, name: str, item: ReturnItem) -> Iterator[Fact]:
    """Say that pieces came back to Amazon; they are known by the seller's own number for them."""
    at = item.received_date_time
    if not item.returned_quantity:
        return
    name = f"{name}:return:{item.seller_sku}:{micros(at)}"
    units = ReceivedUnits(line_id=item.seller_sku, quantity=item.returned_quantity)
    body = ReturnReceived(return_id=name[:256], lines=(units,))
    yield writer.fact(ReturnWasReceived, name, at, body=body)


def _plain(status: str) -> str:
    return status.replace("_", "").upper()
