"""Marketplaces that run on Mirakl: a shop's orders (OR11), shipments (ST11), returns (RT11).

Seen in a payload (a test double of a public connector): an order that ships with one line
refused; taxes beside amounts without them; times with `+0100`; amounts as numbers; no quantity,
which Mirakl's own answers always have.

From Mirakl's OpenAPI documents, not seen: all other states of orders and lines, two of which are
outdated (`WAITING_REFUND`, `WAITING_REFUND_PAYMENT`); refunds and partial cancelations, whose
price is read as still held in the line's; shipments with milestones, whose times may lack an
offset and are left out then; returns; orders of services (`state`, one price).

Mirakl asks to be polled; it sends no webhooks of its own to shops that have no connector there.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from connectors.delivery import Delivery, Normalised, Outcome, Quarantined, Source
from connectors.listing import distinct, read_body, read_parts
from connectors.mirakl import table
from connectors.mirakl.order import order_facts
from connectors.mirakl.part import return_facts, service_facts, shipment_facts
from connectors.mirakl.payload import Order, Return, ServiceOrder, Shipment
from connectors.payload import Fields
from connectors.quarantine import shown
from connectors.writer import Writer, writer_for

NAME: Final = "mirakl"
_LISTS: Final = ("orders", "data")


def normalise(delivery: Delivery) -> Outcome:
    """Read one delivery of Mirakl."""
    return read_body(delivery.body, partial(_content, writer_for(delivery, NAME)))


def _content(writer: Writer, value: object) -> Outcome:
    name = next((each for each in _LISTS if isinstance(value, dict) and each in value), "")
    inner = value[name] if isinstance(value, dict) and name else value
    return read_parts(inner, partial(_element, writer), name=name or "elements")


def _element(writer: Writer, element: Fields, at: str) -> Outcome:
    """Tell what an object is by the keys that only it has."""
    for keys, read in _READERS:
        if keys <= element.keys():
            return read(writer, element)
    reason, field = "is no payload of Mirakl", at or "body"
    return Quarantined(reason=reason, field=field, value=shown(element))


def _order(writer: Writer, element: Fields) -> Outcome:
    order = Order.model_validate(element)
    return Normalised(facts=distinct(order_facts(writer.about(order.order_id), order)))


def _shipment(writer: Writer, element: Fields) -> Outcome:
    shipment = Shipment.model_validate(element)
    return Normalised(facts=distinct(shipment_facts(writer.about(shipment.order_id), shipment)))


def _return(writer: Writer, element: Fields) -> Outcome:
    back = Return.model_validate(element)
    return Normalised(facts=distinct(return_facts(writer.about(back.order_id), back)))


def _service(writer: Writer, element: Fields) -> Outcome:
    order = ServiceOrder.model_validate(element)
    return Normalised(facts=distinct(service_facts(writer.about(order.id), order)))


_READERS: Final[tuple[tuple[frozenset[str], Callable[[Writer, Fields], Outcome]], ...]] = (
    (frozenset({"order_state"}), _order),
    (frozenset({"shipment_lines"}), _shipment),
    (frozenset({"return_lines"}), _return),
    (frozenset({"commercial_order_id", "service"}), _service),
)

SOURCE: Final = Source(
    name=NAME,
    kind="orders",
    topics=(),
    signature="none: orders are fetched",
    normalise=normalise,
    words={
        "order_state": table.ORDER,
        "order_line_state": table.LINE,
        "state of an order of services": table.SERVICE,
        "refund_state": table.REFUND,
        "status of a shipment": table.SHIPMENT,
        "type of a milestone": table.MILESTONE,
        "state of a return": table.RETURN,
    },
)
