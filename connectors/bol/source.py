"""The Retailer API of bol.com: orders, shipments and returns, by themselves and in lists.

Seen in payloads (the answers that a public client tests with): no status of an order, only
counts per item; lists without prices, counts or pieces, so that the whole order or shipment is
asked for; ids of letters and digits; a return whose items belong to several orders and name an
EAN instead of an item; a shipment's id as a number.

From the documentation, not seen: `fulfilmentStatus` and `latestChangedDateTime` of items, events
of transports. Some results of returns are from public code, issues included.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from connectors.bol import order, part, table
from connectors.bol.payload import Order, Return, Shipment
from connectors.delivery import Delivery, Normalised, Outcome, Quarantined, Source, Wanted
from connectors.listing import distinct, read_body, read_parts
from connectors.payload import Fields
from connectors.quarantine import path, shown
from connectors.writer import Writer, writer_for

NAME: Final = "bol"
_LISTS: Final = ("orders", "shipments", "returns", "processStatuses")


def normalise(delivery: Delivery) -> Outcome:
    """Read one delivery of bol.com."""
    return read_body(delivery.body, partial(_content, writer_for(delivery, NAME)))


def _content(writer: Writer, value: object) -> Outcome:
    name = next((each for each in _LISTS if isinstance(value, dict) and each in value), "")
    inner = value[name] if isinstance(value, dict) and name else value
    return read_parts(inner, partial(_element, writer), name=name or "elements")


def _element(writer: Writer, element: Fields, at: str) -> Outcome:
    """Tell what an object is by the keys that only it has."""
    for keys, read in _READERS:
        if keys <= element.keys():
            return read(writer, element, at)
    reason, field = "is no payload of bol.com", at or "body"
    return Quarantined(reason=reason, field=field, value=shown(element))


def _order(writer: Writer, element: Fields, _: str) -> Outcome:
    read = Order.model_validate(element)
    writer = writer.about(read.order_id)
    return Normalised(
        facts=distinct(order.order_facts(writer, read)),
        wanted=() if order.is_whole(read) else _whole(writer, "order", read.order_id),
    )


def _shipment(writer: Writer, element: Fields, at: str) -> Outcome:
    read = Shipment.model_validate(element)
    order_id = part.order_of(read)
    if not order_id:
        return Quarantined(reason="names no order", field=path(at, "order.orderId"))
    return Normalised(
        facts=distinct(part.shipment_facts(writer.about(order_id), read)),
        wanted=() if part.is_whole(read) else _whole(writer, "shipment", read.shipment_id),
    )


def _return(writer: Writer, element: Fields, _: str) -> Outcome:
    read = Return.model_validate(element)
    undecided = any(each.handled and not each.processing_results for each in read.return_items)
    facts = distinct(part.return_facts(writer, read))
    wanted = _whole(writer, "return", read.return_id) if undecided else ()
    ignored = "" if facts or wanted else "a return of nothing"
    return Normalised(facts=facts, wanted=wanted, ignored=ignored)


def _process(_: Writer, element: Fields, at: str) -> Outcome:
    status = element["status"]
    if not isinstance(status, str) or status not in table.PROCESS:
        return Quarantined(
            reason="unknown status of a process", field=path(at, "status"), value=shown(status)
        )
    return Normalised(ignored=f"{status}: a job of the seller's, no order needs it")


def _whole(writer: Writer, what: str, id_: str) -> tuple[Wanted, ...]:
    """Ask for the document of what a list tells in part."""
    account, way = writer.delivery.account, f"retailer/{what}s/{id_}"
    return (Wanted(source=NAME, account=account, what=what, id=id_, path=way, topic=what),)


_READERS: Final[tuple[tuple[frozenset[str], Callable[[Writer, Fields, str], Outcome]], ...]] = (
    (frozenset({"orderId", "orderPlacedDateTime", "orderItems"}), _order),
    (frozenset({"shipmentId", "shipmentItems"}), _shipment),
    (frozenset({"returnId", "returnItems"}), _return),
    (frozenset({"eventType", "createTimestamp", "status"}), _process),
)

SOURCE: Final = Source(
    name=NAME,
    kind="orders",
    topics=("order", "shipment", "return"),
    signature="none: orders are fetched",
    normalise=normalise,
    words={
        "fulfilment.method": table.METHOD,
        "fulfilmentStatus of an item": table.ITEM,
        "eventCode of a transport": table.TRANSPORT,
        "handlingResult of a return": table.HANDLING,
        "status of a process": table.PROCESS,
    },
)
