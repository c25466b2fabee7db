"""The tables of marketplaces for `connectors.md`."""

from collections.abc import Callable, Iterable

from connectors.amazon import milestone_table as amazon_milestone
from connectors.amazon import table as amazon
from connectors.ebay import table as ebay
from docs.generate.page import code, table
from docs.generate.word import becomes, word_table

_TIME = "2024-03-01T08:00:00Z"


def _amazon() -> Iterable[str]:
    old = {word: word_v0 for word_v0, word in amazon.ORDER_V0.items()}
    order = {
        "orderId": "304-7711001-4455001",
        "createdTime": _TIME,
        "lastUpdatedTime": _TIME,
        "proceeds": {"grandTotal": {"amount": "9.00", "currencyCode": "EUR"}},
        "orderItems": [],
    }
    rows = [
        (
            code(word, old[word]),
            code(meaning.validity),
            meaning.hold or "",
            becomes("amazon", order | {"fulfillment": {"fulfillmentStatus": word}}),
        )
        for word, meaning in amazon.ORDER.items()
    ]
    yield "`fulfillmentStatus` of an order, and `OrderStatus` of version 0\n\n" + table(
        ("word", "validity", "hold", "becomes"), rows
    )
    yield word_table("`status` of a package", amazon.PACKAGE_STATE)
    yield word_table("`detailedStatus` of a package", amazon.DETAILED)
    yield word_table("`EasyShipShipmentStatus`", amazon.EASY_SHIP)
    yield word_table("`FulfillmentOrderStatus`", _or_nothing(amazon.FULFILMENT_ORDER))
    yield word_table("`FulfillmentShipmentStatus`", amazon.FULFILMENT_SHIPMENT)
    yield word_table("`code` of a milestone", amazon_milestone.MILESTONE)


def _ebay() -> Iterable[str]:
    order = {
        "orderId": "12-09871-44550",
        "creationDate": _TIME,
        "lastModifiedDate": _TIME,
        "orderPaymentStatus": "",
        "orderFulfillmentStatus": "NOT_STARTED",
        "pricingSummary": {"total": {"value": "9.00", "currency": "EUR"}},
        "lineItems": [],
    }
    tables: tuple[tuple[str, Iterable[str]], ...] = (
        ("orderPaymentStatus", ebay.PAYMENT),
        ("orderFulfillmentStatus", ebay.FULFILMENT),
    )
    for field, words in tables:
        rows = [(code(word), becomes("ebay", order | {field: word})) for word in words]
        yield f"`{field}`\n\n" + table(("word", "becomes"), rows)
    rows = [
        (code(word), becomes("ebay", order | {"cancelStatus": {"cancelState": word}}))
        for word in ebay.CANCEL
    ]
    yield "`cancelState`\n\n" + table(("word", "becomes"), rows)
    yield word_table("`cancelRequestState`", ebay.CANCEL_REQUEST)
    yield word_table("`cancelReason`", ebay.CANCEL_REASON)
    kinds = {word: kind.__struct_config__.tag for word, kind in ebay.REFUND.items()}
    yield word_table("`refundStatus`", kinds)


def _or_nothing(meanings: dict[str, str]) -> dict[str, str]:
    return {word: meaning or "nothing" for word, meaning in meanings.items()}


TABLES: dict[str, Callable[[], Iterable[str]]] = {
    "amazon": _amazon,
    "ebay": _ebay,
}
