"""Orders as the GraphQL API answers with them, written as REST and webhooks write them.

From the documentation: ids are gids, names camel case, words upper case, lists connections of
edges or nodes, every amount a set in two currencies. A query names the fields that it wants, so
what an order lacks was not asked for: without its lines and both of its times it is not read, and
neither is one with a list of which only the first page came. Fulfilments, refunds and
transactions that were not asked for are told by their own webhooks. Complaints name REST's fields.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from connectors.misread import Misread
from connectors.payload import Fields

FULFILMENT: Final = {
    "UNFULFILLED": "",
    "PARTIALLY_FULFILLED": "partial",
    "FULFILLED": "fulfilled",
    "RESTOCKED": "restocked",
    # How far the work is: fulfilment orders tell it, holds included.
    **dict.fromkeys(
        ("IN_PROGRESS", "ON_HOLD", "OPEN", "PENDING_FULFILLMENT", "REQUEST_DECLINED", "SCHEDULED"),
        "",
    ),
}

_ORDER: Final = "gid://shopify/Order/"
_GID: Final = re.compile(r"gid://shopify/[A-Za-z]{1,60}/([0-9]{1,20})(?:\?.*)?", re.ASCII)
_HUMP: Final = re.compile(r"(?<=[a-z0-9])([A-Z])")
_NO_SCANS: Final = frozenset({"CANCELED", "FULFILLED", "MARKED_AS_FULFILLED", "SUBMITTED"})
"""Of a fulfilment's shown status those words that its own status says too."""


def orders_in(value: object) -> list[object] | None:
    """Find the orders of an answer, as they stand in it; None where it is no such answer."""
    if not isinstance(value, dict):
        return None
    if _is_order(value):
        return [value]
    data = value.get("data")
    if not isinstance(data, dict):
        return None
    if _is_order(data):
        return [data]
    found = [order for each in data.values() for order in _below(each)]
    return found if found and all(map(_is_order, found)) else None


def as_rest(order: Fields) -> Fields:
    """Write an order as REST does; raises `Misread` where a list was cut by a page."""
    rest = _snake(order, "")
    if not isinstance(rest.get("line_items"), list):
        raise Misread("the lines of the order were not asked for", "lineItems", None)
    _lower(rest, "display_financial_status", "financial_status")
    _lower(rest, "cancel_reason", "cancel_reason")
    shown = rest.get("display_fulfillment_status")
    rest["fulfillment_status"] = FULFILMENT.get(shown, shown) if isinstance(shown, str) else ""
    money = _part(_part(rest, "total_price_set"), "shop_money")
    rest["currency"] = rest.get("currency_code") or money.get("currency_code")
    rest["presentment_currency"] = rest.get("presentment_currency_code")
    for address in ("shipping_address", "billing_address"):
        country = _part(rest, address)
        country.setdefault("country_code", country.get("country_code_v2"))
    if "shipping_lines" not in rest and _part(rest, "shipping_line"):
        rest["shipping_lines"] = [rest["shipping_line"]]
    _each(rest, "line_items", _line)
    _each(rest, "fulfillments", _fulfillment)
    _each(rest, "refunds", _refund)
    _each(rest, "transactions", _transaction)
    return rest


def _is_order(value: object) -> bool:
    return isinstance(value, dict) and str(value.get("id")).startswith(_ORDER)


def _below(value: object) -> Iterator[object]:
    """List what a field of an answer holds: one object, many, or what a mutation changed."""
    if isinstance(value, dict):
        if _is_connection(value):
            yield from _nodes(value)
        elif isinstance(value.get("order"), dict):
            yield value["order"]
        else:
            yield value
    elif isinstance(value, list):
        yield from value


def _is_connection(value: Fields) -> bool:
    return isinstance(value.get("edges"), list) or isinstance(value.get("nodes"), list)


def _nodes(connection: Fields) -> list[object]:
    if isinstance(nodes := connection.get("nodes"), list):
        return nodes
    return [each.get("node") for each in connection["edges"] if isinstance(each, dict)]


def _snake(value: Fields, at: str) -> Fields:
    """Write names, ids and lists as REST does, all the way down."""
    rest: Fields = {}
    for name, each in value.items():
        rest[_HUMP.sub(r"_\1", name).lower()] = _plain(each, f"{at}.{name}" if at else name)
    gid = _GID.fullmatch(rest["id"]) if isinstance(rest.get("id"), str) else None
    if gid:
        rest |= {"admin_graphql_api_id": rest["id"], "id": gid[1]}
    for name in [name for name in rest if name.endswith("_set")]:
        amount = _part(_part(rest, name), "shop_money").get("amount")
        rest.setdefault(name.removesuffix("_set"), amount)
    return rest


def _plain(value: object, at: str) -> object:
    if isinstance(value, list):
        return [_plain(each, at) for each in value]
    if not isinstance(value, dict):
        return value
    if not _is_connection(value):
        return _snake(value, at)
    if _part(value, "pageInfo").get("hasNextPage"):
        raise Misread("only the first page of a list", f"{at}.pageInfo.hasNextPage", value=True)
    return [_plain(each, at) for each in _nodes(value)]


def _line(line: Fields) -> None:
    line.setdefault("price", line.get("original_unit_price"))
    line.setdefault("price_set", line.get("original_unit_price_set"))
    line.setdefault("fulfillable_quantity", line.get("unfulfilled_quantity"))


def _fulfillment(fulfillment: Fields) -> None:
    _lower(fulfillment, "status", "status")
    if str(fulfillment.get("display_status")) not in _NO_SCANS:
        _lower(fulfillment, "display_status", "shipment_status")
    tracks = [each for each in _list(fulfillment, "tracking_info") if isinstance(each, dict)]
    if tracks:
        fulfillment["tracking_company"] = tracks[0].get("company")
        fulfillment["tracking_numbers"] = [each.get("number") for each in tracks]
        fulfillment["tracking_urls"] = [each.get("url") for each in tracks]
    fulfillment["service"] = ""
    fulfillment["line_items"] = [
        {"id": _part(each, "line_item").get("id"), "quantity": each.get("quantity")}
        for each in _list(fulfillment, "fulfillment_line_items")
        if isinstance(each, dict)
    ]


def _refund(refund: Fields) -> None:
    for line in _list(refund, "refund_line_items"):
        if isinstance(line, dict):
            line["line_item_id"] = _part(line, "line_item").get("id")
            _lower(line, "restock_type", "restock_type")
    _each(refund, "transactions", _transaction)


def _transaction(transaction: Fields) -> None:
    """Take the amount that was paid: REST tells it in the buyer's currency too."""
    _lower(transaction, "kind", "kind")
    _lower(transaction, "status", "status")
    amounts = _part(transaction, "amount_set")
    paid = _part(amounts, "presentment_money") or _part(amounts, "shop_money")
    if paid:
        transaction |= {"amount": paid.get("amount"), "currency": paid.get("currency_code")}
    transaction.setdefault("authorization", transaction.get("authorization_code"))
    transaction.setdefault("parent_id", _part(transaction, "parent_transaction").get("id"))


def _each(owner: Fields, name: str, write: Callable[[Fields], None]) -> None:
    for part in _list(owner, name):
        if isinstance(part, dict):
            write(part)


def _lower(owner: Fields, name: str, become: str) -> None:
    word = owner.get(name)
    owner[become] = word.lower() if isinstance(word, str) else word


def _part(owner: Fields, name: str) -> Fields:
    part = owner.get(name)
    return part if isinstance(part, dict) else {}


def _list(owner: Fields, name: str) -> list[object]:
    listed = owner.get(name)
    return listed if isinstance(listed, list) else []
