"""PrestaShop: documents of the web service, in XML or JSON, one or many.

Seen in a real payload: an order in XML, every value in CDATA with space around it, six decimals,
times without zone, state and currency as numbers of the shop's own database, a tracking number
`0`. From the documentation and the installer, not seen: JSON (`output_format=JSON`), the numbers
of the states in a new shop, order histories, carriers, payments and credit slips.

PrestaShop sends nothing by itself; a module or a poller puts documents on the feed, or the bare
history, for which the order is fetched below `https://SHOP/api`. What only the shop knows comes
in headers, see `shop.py`: without its currencies and its zone an order is quarantined, since a
guess would be wrong money at a wrong time. A payment and a credit slip are claims about money:
neither names a provider. A merged reference may stand for several orders; the first order that
is linked to it has its payments.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Final

from pydantic import ValidationError

from connectors.delivery import Delivery, Normalised, Outcome, Quarantined, Source, Wanted
from connectors.listing import distinct, join, read_body, read_parts
from connectors.money import minor_unsigned
from connectors.payload import Fields
from connectors.prestashop.order import carrier_facts, happened_facts, order_facts
from connectors.prestashop.payload import Carrier, History, Order, PaymentRow, Slip
from connectors.prestashop.shop import CURRENCIES, OWN_STATES, TIMEZONE, Shop, Unsaid
from connectors.prestashop.table import NUMBERS, STATES
from connectors.quarantine import path, quarantine, shown
from connectors.snapshot import Snapshot
from connectors.writer import Writer, writer_for
from domain import fact as facts
from domain.body import Operation
from domain.fact import Fact
from domain.instant import micros
from domain.vocabulary import Evidence, Minor

NAME: Final = "prestashop"
TOPICS: Final = ("orders", "order_histories", "order_carriers", "order_payments", "order_slip")

_CHARGE: Final = re.compile(r"(?:ch|py)_[A-Za-z0-9]{8,120}", re.ASCII)
_OTHERS: Final = frozenset(
    {
        "addresses", "carriers", "carts", "currencies", "customers", "order_details",
        "order_invoices", "order_states", "products", "stock_availables",
    }
)  # fmt: skip


def normalise(delivery: Delivery) -> Outcome:
    """Read one delivery of PrestaShop."""
    topic = delivery.topic.strip().lower()
    if topic and topic not in TOPICS and topic not in _OTHERS:
        return Quarantined(reason="unknown topic", field="topic", value=topic[:200])
    shop = Shop.of(delivery.headers)
    if isinstance(shop, Quarantined):
        return shop
    writer = writer_for(delivery, NAME)
    return read_body(delivery.body, partial(_content, writer, shop, topic), attributes=False)


def _content(writer: Writer, shop: Shop, topic: str, value: object) -> Outcome:
    """Find the documents under the names of their resources: `order`, `orders`, …"""
    if isinstance(value, dict) and value.keys() == {"prestashop"}:
        value = value["prestashop"]
    if not isinstance(value, dict):
        reader = _READERS.get(topic)
        if isinstance(value, list) and reader:
            return read_parts(value, partial(_element, writer, shop, reader), name=topic)
        return Quarantined(reason="is no payload of PrestaShop", field="body", value=shown(value))
    named = {name: name if name in _READERS else _SINGULAR.get(name, "") for name in value}
    known = [name for name in value if named[name]]
    if not known and topic in _READERS and "id" in value:
        return read_parts(value, partial(_element, writer, shop, _READERS[topic]), name=topic)
    if not known:
        if value.keys() and value.keys() <= _OTHERS:
            return Normalised(ignored="says nothing of an order")
        return Quarantined(reason="is no payload of PrestaShop", field="body", value=shown(value))
    return join(
        read_parts(
            _rows(value[name]),
            partial(_element, writer, shop, _READERS[named[name]]),
            name=named[name],
        )
        for name in known
    )


def _rows(value: object) -> object:
    """Take off the name that XML puts around each document of a list."""
    if isinstance(value, dict) and len(value) == 1:
        [(name, inner)] = value.items()
        if name in _SINGULAR:
            return inner
    return [] if value == "" else value


Reader = Callable[[Writer, Shop, Fields], Outcome]


def _element(writer: Writer, shop: Shop, read: Reader, element: Fields, at: str) -> Outcome:
    try:
        return read(writer, shop, element)
    except Unsaid as error:
        return Quarantined(reason=error.reason, field=path(at, error.field), value=error.value)
    except ValidationError as error:
        return quarantine(error, at)


def _order(writer: Writer, shop: Shop, element: Fields) -> Outcome:
    order = Order.model_validate(element)
    return Normalised(facts=distinct(order_facts(writer.about(order.id), order, shop)))


def _history(writer: Writer, shop: Shop, element: Fields) -> Outcome:
    """Read that an order came into a state; its document says what that means for its money."""
    history = History.model_validate(element)
    meaning = STATES.get(shop.states.get(history.id_order_state, ""))
    told: tuple[Fact, ...] = ()
    if meaning is not None:
        at = shop.time(history.date_add, "date_add")
        snapshot = Snapshot(
            writer=writer.about(history.id_order),
            placed_at=at,
            changed_at=at,
            revision=micros(at),
        )
        told = distinct(happened_facts(snapshot, meaning))
    wanted = Wanted(
        source=NAME,
        account=writer.delivery.account,
        what="order",
        id=history.id_order,
        path=f"orders/{history.id_order}?output_format=JSON",
        topic="orders",
    )
    return Normalised(facts=told, wanted=(wanted,))


def _carrier(writer: Writer, shop: Shop, element: Fields) -> Outcome:
    carrier = Carrier.model_validate(element)
    told = distinct(carrier_facts(writer.about(carrier.id_order), carrier, shop))
    return Normalised(facts=told, ignored="" if told else "a carrier without a tracking number")


def _payment(writer: Writer, shop: Shop, element: Fields) -> Outcome:
    payment = PaymentRow.model_validate(element)
    currency = shop.currency(payment.id_currency)
    amount = minor_unsigned(payment.amount, currency)
    if not payment.order_reference:
        raise Unsaid("names no order", "order_reference", "")
    if not amount:
        return Normalised(ignored="a payment of nothing")
    own = bool(_CHARGE.fullmatch(payment.transaction_id))
    name = f"order_payment:{payment.id}"
    body = Operation(
        provider="stripe" if own else "",
        reference=payment.transaction_id if own else name,
        amount=amount,
        currency=currency,
        evidence=Evidence.PROVIDER if own else Evidence.STATUS,
        code=payment.payment_method,
    )
    at = shop.time(payment.date_add, "date_add")
    referring = writer.about_reference(f"order:{payment.order_reference}"[:250])
    fact = referring.fact(facts.PaymentCaptured, name, at, body=body, inferred=not own)
    return Normalised(facts=(fact,))


def _slip(writer: Writer, shop: Shop, element: Fields) -> Outcome:
    slip = Slip.model_validate(element)
    currency = shop.only_currency()
    amounts = (slip.total_products_tax_incl, slip.total_shipping_tax_incl)
    if amounts == (None, None):
        amounts = (slip.amount, slip.shipping_cost_amount)
    amount = sum(minor_unsigned(each or "0", currency) for each in amounts)
    if not amount:
        return Normalised(ignored="a credit slip of nothing")
    name = f"order_slip:{slip.id}"
    body = Operation(
        reference=name, amount=Minor(amount), currency=currency, evidence=Evidence.STATUS
    )
    at = shop.time(slip.date_add, "date_add")
    about = writer.about(slip.id_order)
    return Normalised(
        facts=(about.fact(facts.PaymentRefunded, name, at, body=body, inferred=True),)
    )


_READERS: Final[dict[str, Reader]] = {
    "orders": _order,
    "order_histories": _history,
    "order_carriers": _carrier,
    "order_payments": _payment,
    "order_slip": _slip,
}
_SINGULAR: Final = {
    "order": "orders",
    "order_history": "order_histories",
    "order_carrier": "order_carriers",
    "order_payment": "order_payments",
    "order_slips": "order_slip",
    "order_slip": "order_slip",
}

SOURCE: Final = Source(
    name=NAME,
    kind="orders",
    topics=TOPICS,
    signature="none: documents are fetched with a key, or come from a module of the shop",
    normalise=normalise,
    headers=(CURRENCIES, TIMEZONE, OWN_STATES),
    formats=("json", "xml"),
    words={"current_state": {number: STATES[word] for number, word in NUMBERS.items()}},
)
"""`headers` say what only the shop knows of its numbers and its clock."""
