"""Magento 2 and Adobe Commerce: documents of the REST API and events of Adobe I/O.

Seen in real payloads: money as numbers, dates without zone (they are UTC), `grand_total` and
`base_grand_total` in different currencies, the shipping address in `extension_attributes` only,
numbered states of invoices and credit memos, rows of an invoice for a bundle and for its parts,
a discount below zero. From the documentation and the vendor's source, not seen: shipments and
their tracks; the list `{"items": …, "search_criteria": …}`; events, whose `value` is a row of
the database with numbers as text and often a few of its fields only; the statuses of PayPal;
`shipment_type` of a bundle.

An event that lacks what facts are made of names its document, which is then fetched below
`rest/V1`. A status is the shop's own label, so one that no table knows is reported only where
no state stands beside it. Parts of a piece, of what is sold by measure, count as a piece and are
reported as `items.qty_ordered`. Times have whole seconds, see `order._revision`. Magento signs nothing
by itself; Adobe I/O signs what it sends, which a gateway checks.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

from connectors.delivery import Delivery, Normalised, Outcome, Quarantined, Source, Wanted
from connectors.listing import distinct, read_body, read_parts
from connectors.magento.order import order_facts
from connectors.magento.part import invoice_facts, memo_facts, shipment_facts
from connectors.magento.payload import Order, Part, Settlement, Shipment, TrackEvent
from connectors.magento.table import STATES, STATUSES
from connectors.payload import Fields, read_identifier
from connectors.quarantine import path, shown
from connectors.writer import Writer, writer_for
from domain.fact import Fact

NAME: Final = "magento"

TOPICS: Final = {
    "sales_order_place_after": "order",
    "sales_order_save_after": "order",
    "sales_order_save_commit_after": "order",
    "sales_order_invoice_save_after": "invoice",
    "sales_order_invoice_save_commit_after": "invoice",
    "sales_order_shipment_save_after": "shipment",
    "sales_order_shipment_save_commit_after": "shipment",
    "sales_order_shipment_track_save_after": "track",
    "sales_order_creditmemo_save_after": "creditmemo",
    "sales_order_creditmemo_save_commit_after": "creditmemo",
    "orders": "order",
    "invoices": "invoice",
    "shipments": "shipment",
    "creditmemos": "creditmemo",
}
"""Adobe's names without what stands before the last dot, and the routes of the REST API."""

WHOLE: Final = {
    "order": {"items", "grand_total", "order_currency_code", "created_at"},
    "invoice": {"items", "grand_total", "order_currency_code", "created_at", "order_id"},
    "shipment": {"items", "created_at", "order_id"},
    "creditmemo": {"items", "grand_total", "order_currency_code", "created_at", "order_id"},
}
"""What a document of each kind has; an event with less names a document to fetch."""

ROUTES: Final = {
    "order": ("orders", "orders/{}"),
    "invoice": ("invoices", "invoices/{}"),
    "shipment": ("shipments", "shipment/{}"),
    "creditmemo": ("creditmemos", "creditmemo/{}"),
}
"""The topic of a fetched document and its path below `rest/V1`."""

_ENVELOPES: Final = ("event", "data", "value", "order", "invoice", "shipment", "creditmemo")
_ENVELOPES_DEPTH_MAX: Final = 4


def normalise(delivery: Delivery) -> Outcome:
    """Read one delivery of Magento."""
    topic = delivery.topic.strip().lower().rpartition(".")[2]
    if topic and topic not in TOPICS:
        return Quarantined(reason="unknown topic", field="topic", value=delivery.topic[:200])
    writer = writer_for(delivery, NAME)
    read = partial(_element, writer, TOPICS.get(topic, ""))
    return read_body(delivery.body, lambda value: read_parts(_content(value), read, name="items"))


def _content(value: object) -> object:
    """Take off what is around a document: a list's page, an event's envelopes."""
    for _ in range(_ENVELOPES_DEPTH_MAX):
        if not isinstance(value, dict):
            return value
        if "search_criteria" in value and isinstance(value.get("items"), list):
            return value["items"]
        if "entity_id" in value or "parent_id" in value:
            return value
        inner = next((value[name] for name in _ENVELOPES if name in value), None)
        if not isinstance(inner, dict | list):
            return value
        value = inner
    return value


def _element(writer: Writer, said: str, element: Fields, at: str) -> Outcome:
    shape = said or _shape(element)
    if not shape:
        return Quarantined(
            reason="is no payload of Magento", field=at or "body", value=shown(element)
        )
    if shape == "track":
        track = TrackEvent.model_validate(element)
        return Normalised(wanted=(_wanted(writer, "shipment", track.parent_id),))
    if not WHOLE[shape] <= element.keys():
        return _named_only(writer, shape, element, at)
    model, tell = _READERS[shape]
    document = model.model_validate(element)
    order_id = document.order_id if isinstance(document, Part) else document.entity_id
    return Normalised(facts=distinct(tell(writer.about(order_id), document)))


def _shape(element: Fields) -> str:
    """Tell what kind of document this is; first match wins."""
    if "track_number" in element:
        return "track"
    if "order_id" not in element:
        return "order" if "grand_total" in element or "increment_id" in element else ""
    if "grand_total" not in element:
        return "shipment" if element.keys() & {"tracks", "items", "packages"} else ""
    memo = element.keys() & {"adjustment", "adjustment_negative", "creditmemo_status"}
    return "creditmemo" if memo else "invoice"


def _named_only(writer: Writer, shape: str, element: Fields, at: str) -> Outcome:
    try:
        entity_id = read_identifier(element.get("entity_id"))
    except ValueError as error:
        value = shown(element.get("entity_id"))
        return Quarantined(reason=str(error), field=path(at, "entity_id"), value=value)
    return Normalised(wanted=(_wanted(writer, shape, entity_id),))


def _wanted(writer: Writer, shape: str, entity_id: str) -> Wanted:
    topic, route = ROUTES[shape]
    return Wanted(
        source=NAME,
        account=writer.delivery.account,
        what=shape,
        id=entity_id,
        path=route.format(entity_id),
        topic=topic,
    )


Tell = Callable[[Writer, Any], Iterator[Fact]]
"""Any: each takes the model that stands beside it in the table."""

_READERS: Final[dict[str, tuple[type[Order | Part], Tell]]] = {
    "order": (Order, order_facts),
    "invoice": (Settlement, invoice_facts),
    "shipment": (Shipment, shipment_facts),
    "creditmemo": (Settlement, memo_facts),
}

SOURCE: Final = Source(
    name=NAME,
    kind="orders",
    topics=tuple(TOPICS),
    signature="none of its own; Adobe I/O Events signs with RSA-SHA256 in x-adobe-digital-signature-1",
    normalise=normalise,
    words={
        "state": STATES,
        "status, where there is no state or it says more": STATUSES,
    },
)
