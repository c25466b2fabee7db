"""BigCommerce: hooks that hold ids alone, and the documents that are fetched for them.

Seen in real payloads: hooks for orders and shipments; orders by themselves and in a list, with
RFC 2822 dates, empty text for unset ones, amounts of four decimals, `authorized` beside a cash
payment that is awaited; lines and taxes as lists of their own. From the documentation, not seen:
`consignments` with their lines inside an order, shipments, transactions, refunds, the hooks for
refunds, transactions and deleted shipments, most payment statuses.

A hook's `hash` is no signature: it only tells repeats. What it names is fetched below
`https://api.bigcommerce.com/stores/HASH`: the order with its lines in one document, a shipment,
the order's transactions. Refunds (version 3) name no currency and lines name neither time nor
status, so for both the order is fetched. Times have whole seconds, see `order._revision`.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from pydantic import ValidationError

from connectors.bigcommerce.order import archived, lines_of, order_facts
from connectors.bigcommerce.part import shipment_facts, transaction_facts
from connectors.bigcommerce.payload import Order, Shipment, Transaction
from connectors.bigcommerce.table import PAYMENT, STATUSES, TRANSACTIONS
from connectors.delivery import Delivery, Normalised, Outcome, Quarantined, Source, Wanted
from connectors.listing import distinct, read_body, read_parts, unwrap
from connectors.payload import Fields, read_identifier
from connectors.quarantine import path, shown
from connectors.writer import Writer, writer_for
from domain.body import ShipmentRef
from domain.fact import Fact, ShipmentCancelled

NAME: Final = "bigcommerce"

HOOKS: Final[dict[str, tuple[str, ...]]] = {
    "store/order/created": ("order",),
    "store/order/updated": ("order",),
    "store/order/statusUpdated": ("order",),
    "store/order/archived": ("order",),
    "store/order/refund/created": ("order", "transactions"),
    "store/order/transaction/created": ("transactions",),
    "store/order/transaction/updated": ("transactions",),
    "store/order/message/created": (),
    "store/order/metafield/created": (),
    "store/order/metafield/updated": (),
    "store/order/metafield/deleted": (),
    "store/shipment/created": ("shipment",),
    "store/shipment/updated": ("shipment",),
    "store/shipment/deleted": (),
}
"""What each hook has fetched; scopes are compared in lower case."""
_HOOKS: Final = {scope.lower(): named for scope, named in HOOKS.items()}
_OF_CHANNEL: Final = re.compile(r"store/channel/\d+/(?=order/)")
"""A hook of one sales channel tells the same: `store/channel/1/order/updated`."""
_ASIDE: Final = frozenset(
    scope for scope in _HOOKS if scope.startswith(("store/order/message", "store/order/metafield"))
)

DOCUMENTS: Final = {
    "order": "v2/orders/{}?include=consignments.line_items&consignment_structure=object",
    "shipment": "v2/orders/{}/shipments/{}",
    "transactions": "v3/orders/{}/transactions",
}
"""Where each document is found below the store's address."""

_SHAPES: Final = (
    ("order", {"status_id", "total_inc_tax"}),
    ("transaction", {"event", "gateway"}),
    ("shipment", {"order_id", "order_address_id", "items"}),
    ("shipment", {"order_id", "tracking_number"}),
    ("line", {"order_id", "order_address_id", "product_id"}),
    ("refund", {"order_id", "total_amount"}),
    ("tax", {"order_id", "tax_rate_id"}),
)
"""First match wins."""

_EPOCH_SECONDS: Final = range(1_000_000_000, 7_000_000_000)


def normalise(delivery: Delivery) -> Outcome:
    """Read one delivery of BigCommerce."""
    writer = writer_for(delivery, NAME, delivery.headers.get("webhook-id", ""))
    read = partial(_element, writer)
    return read_body(
        delivery.body,
        lambda value: read_parts(_content(value), read, name="elements"),
    )


def _content(value: object) -> object:
    """Take off the envelope of version 3, `{"data": …, "meta": …}`."""
    if isinstance(value, dict) and "scope" not in value and value.keys() <= {"data", "meta"}:
        return unwrap({"data": value.get("data")}, ("data",))
    return value


def _element(writer: Writer, element: Fields, at: str) -> Outcome:
    if "scope" in element:
        return _hook(writer, element, at)
    shape = next((name for name, keys in _SHAPES if keys <= element.keys()), "")
    if not shape:
        return Quarantined(
            reason="is no payload of BigCommerce", field=at or "body", value=shown(element)
        )
    return _READERS[shape](writer, element, at)


def _hook(writer: Writer, element: Fields, at: str) -> Outcome:
    scope = _OF_CHANNEL.sub("store/", str(element["scope"]).strip().lower())
    named = _HOOKS.get(scope)
    if named is None:
        if scope.startswith("store/") and not scope.startswith(("store/order", "store/shipment")):
            return Normalised(ignored="says nothing of an order")
        return Quarantined(reason="unknown scope", field=path(at, "scope"), value=scope[:200])
    if scope in _ASIDE:
        return Normalised(ignored="a message or a remark about an order")
    data = element.get("data")
    if not isinstance(data, dict):
        return Quarantined(reason="is no object", field=path(at, "data"), value=shown(data))
    try:
        ids = _ids(data, shipment=scope.startswith("store/shipment"))
    except ValueError as error:
        return Quarantined(reason=str(error), field=path(at, "data"), value=shown(data))
    created = element.get("created_at")
    if isinstance(created, bool) or not isinstance(created, int) or created not in _EPOCH_SECONDS:
        field = path(at, "created_at")
        return Quarantined(reason="is no time in seconds", field=field, value=shown(created))
    time = datetime.fromtimestamp(created, UTC)
    writer = writer.about(ids[0])
    facts: tuple[Fact, ...] = ()
    if scope == "store/order/archived":
        facts = (archived(writer, ids[0], time),)
    elif scope == "store/shipment/deleted":
        facts = (_deleted(writer, ids[-1], time),)
    wanted = tuple(_wanted(writer, what, ids) for what in named)
    return Normalised(facts=facts, wanted=wanted)


def _ids(data: Fields, *, shipment: bool) -> tuple[str, ...]:
    """Read the order's id and, of a shipment's hook, the shipment's."""
    if shipment:
        return read_identifier(data.get("orderId")), read_identifier(data.get("id"))
    return (read_identifier(data.get("order_id", data.get("id"))),)


def _deleted(writer: Writer, shipment_id: str, at: datetime) -> Fact:
    body = ShipmentRef(shipment_id=shipment_id, note="deleted")
    return writer.fact(ShipmentCancelled, f"shipment:{shipment_id}:deleted", at, body=body)


def _wanted(writer: Writer, what: str, ids: tuple[str, ...]) -> Wanted:
    return Wanted(
        source=NAME,
        account=writer.delivery.account,
        what=what,
        id="/".join(ids),
        path=DOCUMENTS[what].format(*ids),
        topic=what,
    )


def _order(writer: Writer, element: Fields, at: str) -> Outcome:
    order = Order.model_validate(element)
    try:
        lines = lines_of(order)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        field = path(at, "line_items", *(str(part) for part in first["loc"]))
        return Quarantined(reason=first["msg"], field=field, value=shown(first["input"]))
    facts = distinct(order_facts(writer.about(order.id), order, lines))
    wanted = () if lines is not None else (_wanted(writer, "order", (order.id,)),)
    return Normalised(facts=facts, wanted=wanted)


def _part(
    model: type[Shipment | Transaction], tell: Callable[[Writer, Any], Iterator[Fact]]
) -> Callable[[Writer, Fields, str], Outcome]:  # Any: the one model beside it
    def read(writer: Writer, element: Fields, at: str) -> Outcome:
        del at
        part = model.model_validate(element)
        test = isinstance(part, Transaction) and part.test
        facts = distinct(tell(writer.about(part.order_id, test=test), part))
        return Normalised(facts=facts, ignored="" if facts else "nothing that moved money")

    return read


def _of_its_order(writer: Writer, element: Fields, at: str) -> Outcome:
    """Have the order fetched that a line or a refund belongs to: alone they say too little."""
    try:
        order_id = read_identifier(element.get("order_id"))
    except ValueError as error:
        value = shown(element.get("order_id"))
        return Quarantined(reason=str(error), field=path(at, "order_id"), value=value)
    return Normalised(wanted=(_wanted(writer, "order", (order_id,)),))


def _tax(writer: Writer, element: Fields, at: str) -> Outcome:
    del writer, element, at
    return Normalised(ignored="taxes are in the order's totals")


_READERS: Final[dict[str, Callable[[Writer, Fields, str], Outcome]]] = {
    "order": _order,
    "shipment": _part(Shipment, shipment_facts),
    "transaction": _part(Transaction, transaction_facts),
    "line": _of_its_order,
    "refund": _of_its_order,
    "tax": _tax,
}

SOURCE: Final = Source(
    name=NAME,
    kind="orders",
    topics=(*HOOKS, *DOCUMENTS),
    signature="Standard Webhooks: hmac-sha256 base64 in webhook-signature over id, time and body",
    normalise=normalise,
    words={
        "status_id": STATUSES,
        "payment_status": PAYMENT,
        "transaction.event": TRANSACTIONS,
    },
    headers=("webhook-id", "webhook-timestamp", "webhook-signature"),
)
"""`webhook-id` names the delivery; the scope stands in the body."""
