"""Where the pieces of an order line come from: which warehouse since when, and what it granted.

A line's *place* is one warehouse, its SKU and the line; the order keeps what a stock answered,
and what it was told, by the name of the place.
"""

from msgspec.structs import replace

from domain.evidence import TooMany
from domain.office_fact import LineWasReserved, OrderWarehouseChanged
from domain.order import ENTRIES_MAX, Item, Order
from domain.stock_fact import DEFAULT_WAREHOUSE, named_warehouse, plain_warehouse

ALL_LINES = ""
"""Stands for every line of the order where no line is named."""


def place_name(warehouse: str, sku: str, line_id: str) -> str:
    """Name a place; neither a plain warehouse nor a stocked SKU holds a line break."""
    return f"{plain_warehouse(warehouse)}/{sku}\n{line_id}"


def read_place(name: str) -> tuple[str, str, str]:
    """Give back warehouse, SKU and line."""
    stock, _, line_id = name.partition("\n")
    warehouse, _, sku = stock.partition("/")
    return named_warehouse(warehouse), sku, line_id


def add_warehouse(order: Order, fact: OrderWarehouseChanged, at: int) -> Order:
    """Keep that lines come from another warehouse since then; earlier pieces keep theirs (S4.13)."""
    warehouses = order.warehouses
    for line_id in fact.body.lines or (ALL_LINES,):
        known = warehouses.get(line_id, ())
        new = (at, fact.body.warehouse)
        if new in known:
            continue
        if len(known) >= ENTRIES_MAX:
            raise TooMany("changes of warehouse", ENTRIES_MAX)
        warehouses = {**warehouses, line_id: tuple(sorted((*known, new)))}
    return order if warehouses is order.warehouses else replace(order, warehouses=warehouses)


def add_reservation(order: Order, fact: LineWasReserved, _at: int) -> Order:
    """Keep the newest answer of each stock about a line; each stock numbers its own answers."""
    body = fact.body
    name = place_name(body.warehouse or DEFAULT_WAREHOUSE, body.sku, body.line_id)
    new, known = (fact.revision, body.quantity), order.reservations.get(name)
    if known and known >= new:
        return order
    if known is None and len(order.reservations) >= ENTRIES_MAX:
        raise TooMany("reservations", ENTRIES_MAX)
    return replace(order, reservations={**order.reservations, name: new})


def warehouse_of(order: Order, item: Item, at: int | None = None) -> str:
    """Say from which warehouse a line's pieces come, or came at an instant."""
    chosen = item.warehouse or DEFAULT_WAREHOUSE
    if not order.warehouses:
        return chosen
    moves = [(when, 0, where) for when, where in order.warehouses.get(ALL_LINES, ())]
    moves += [(when, 1, where) for when, where in order.warehouses.get(item.line_id, ())]
    for when, _, where in sorted(moves):
        if at is None or when <= at:
            chosen = where
    return chosen


def reserved_of(order: Order, item: Item) -> int:
    """Say how many pieces the line's stock holds for it, as far as it answered."""
    name = place_name(warehouse_of(order, item), item.sku, item.line_id)
    return order.reservations.get(name, (0, 0))[1]
