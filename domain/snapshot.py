"""The snapshot: the whole order as it is now, for views; made from the state, never kept in it."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, TypeVar

from msgspec import Raw
from msgspec.structs import replace

from domain.arrival import expected_of
from domain.departure import left_to_supplier
from domain.facets import complete, facets_of
from domain.guard import allowed_commands
from domain.instant import moment
from domain.invoice import invoiced_lines
from domain.kept_document import unpack_document
from domain.line_choice import method_of, warehouse_chosen
from domain.line_style import look_of
from domain.message import (
    HoldNow,
    LineNow,
    MoneyNow,
    OperationNow,
    ParcelNow,
    ShipmentNow,
    Snapshot,
)
from domain.office_snapshot import show_invoices, show_returns
from domain.order import Goods, Order, Shipment
from domain.profile import Compiled, Facets
from domain.promise import standing_holds
from domain.rules import Rules
from domain.stock_place import warehouse_of
from domain.stock_wish import held_for
from domain.vocabulary import HoldState

Thing = TypeVar("Thing")


def take_snapshot(order: Order, rules: Rules) -> Snapshot:
    """Write down the order; lists are sorted by id or time, never by arrival."""
    derived, head = order.derived, order.head
    tenant, channel, _ = order.key.split("/", 2)
    money, goods, promise = derived.money, derived.goods, derived.promise
    cancelled = order.marks.get("cancelled") or order.marks.get("cancelled_at_source")
    facets = facets_of(derived, rules)
    return Snapshot(
        order_key=order.key,
        tenant=tenant,
        channel=channel,
        version=order.version,
        lifecycle=promise.lifecycle,
        closure=promise.closure,
        hold=promise.hold,
        risk=promise.risk,
        payment=money.state,
        fulfilment=goods.state,
        valid=promise.valid,
        placed_at=moment(order.placed_at) if order.placed_at else None,
        words=_words(goods, rules, facets) if promise.known else {},
        money=_money(order),
        lines=_dressed(order, rules) if rules.policy.stock else _lines(order),
        shipments=_shipments(order),
        parcels=_parcels(order),
        operations=_operations(order),
        order=Raw(unpack_document(head.document)) if head else Raw(b"null"),
        holds=_holds(order),
        anomalies=_standing(order.raised) if order.raised else (),
        changes={name: Raw(value) for name, (_, value) in order.changes.items()},
        cancelled_at=moment(promise.cancelled_at) if promise.cancelled_at else None,
        cancel_reason=cancelled.reason if cancelled else "",
        cancel_requester=cancelled.requester if cancelled else "",
        source=head.source if head else "",
        seq={name: told.seq for name, told in order.told.items()},
        test=order.test,
        allowed=allowed_commands(complete(facets, order, rules.policy), rules),
        returns=show_returns(order) if order.changes else (),
        invoices=show_invoices(order) if order.changes else (),
    )


def _standing(raised: dict[str, int]) -> tuple[str, ...]:
    return tuple(sorted(name for name, times in raised.items() if times > 0))


def _money(order: Order) -> MoneyNow:
    money = order.derived.money
    return MoneyNow(
        currency=order.head.currency if order.head else "",
        due=money.due,
        authorized=money.authorized,
        captured=money.captured,
        refunded=money.refunded,
        refund_pending=money.refund_pending,
        pending=money.pending,
        disputed=money.disputed,
        voided=money.voided,
        capture_pending=money.capture_pending,
        reversal_pending=money.reversal_pending,
    )


def _words(goods: Goods, rules: Rules, facets: Facets) -> dict[str, dict[str, Any]]:
    words: dict[str, dict[str, Any]] = {}
    for compiled in rules.profiles:
        words[compiled.name] = shown = _order_words(compiled, facets).copy()
        for axis, _, table in compiled.shipment_words:
            shown[axis] = {name: table[state] for name, state in goods.shipments.items()}
    return words


@lru_cache(maxsize=16_384)
def _order_words(compiled: Compiled, facets: Facets) -> dict[str, Any]:
    return {axis: word_of(facets) for axis, _, word_of in compiled.order_words}


def _lines(order: Order) -> tuple[LineNow, ...]:
    items = order.head.items if order.head else ()
    lines = [
        LineNow(
            line_id=line.line_id,
            sku=item.sku,
            ordered=line.ordered,
            cancelled=line.cancelled,
            packed=line.packed,
            handed_over=line.handed_over,
            delivered=line.delivered,
            collected=line.collected,
            came_back=line.came_back,
            returned=line.returned,
            committed=line.committed,
            picked=line.picked,
        )
        for item, line in zip(items, order.derived.goods.lines, strict=False)
    ]
    return _with_choices(order, lines) if order.changes else tuple(lines)


def _with_choices(order: Order, lines: Iterable[LineNow]) -> tuple[LineNow, ...]:
    """Add what was stated of lines by itself: invoices, shipping methods, warehouses."""
    billed = invoiced_lines(order)
    return tuple(
        replace(
            line,
            invoiced=billed.get(line.line_id, 0),
            shipping_method=method_of(order, line.line_id),
            warehouse=warehouse_chosen(order, line.line_id),
        )
        for line in lines
    )


def _dressed(order: Order, rules: Rules) -> tuple[LineNow, ...]:
    """Write down the lines with what is reserved for them and how they look for it."""
    items = order.head.items if order.head else ()
    elsewhere = left_to_supplier(order)
    lines = []
    for item, units, line in zip(items, order.derived.goods.lines, _lines(order), strict=False):
        supplied = elsewhere.get(item.line_id, 0)
        look = look_of(units, held_for(order, item, units, supplied, rules.policy), supplied)
        lines.append(
            replace(
                line,
                warehouse=warehouse_of(order, item),
                reserved=look.reserved,
                style=look.style,
                colour=look.colour,
            )
        )
    return tuple(lines)


def _shipments(order: Order) -> tuple[ShipmentNow, ...]:
    return tuple(
        [
            _shipment(order, shipment_id, state)
            for shipment_id, state in _by_name(order.derived.goods.shipments)
        ]
    )


def _by_name(named: dict[str, Thing]) -> Iterable[tuple[str, Thing]]:
    """Sort by name; most orders have one of everything, and one thing is sorted."""
    return sorted(named.items()) if len(named) > 1 else named.items()


def _shipment(order: Order, shipment_id: str, state: str) -> ShipmentNow:
    shipment = order.shipments[shipment_id]
    handed_over_at = moment(shipment.handed_over_at) if shipment.handed_over_at else None
    statement = shipment.statement
    expected_at = expected_of(order, shipment_id)
    if statement is None:
        return ShipmentNow(
            shipment_id=shipment_id,
            state=state,
            handed_over_at=handed_over_at,
            stage=_stage(shipment),
        )
    return ShipmentNow(
        shipment_id=shipment_id,
        state=state,
        lines=dict(statement.lines),
        parcels=tuple([package.number for package in statement.packages]),
        urls={package.number: package.url for package in statement.packages if package.url},
        carrier=statement.carrier,
        service=statement.service,
        handed_over_at=handed_over_at,
        expected_at=moment(expected_at) if expected_at else None,
        stage=_stage(shipment),
    )


def _stage(shipment: Shipment) -> str:
    """Name how far the warehouse got with a shipment (S3.19)."""
    if shipment.cancelled_at:
        return "cancelled"
    if shipment.handed_over_at or shipment.fulfilled_at:
        return "shipped"
    if shipment.packed_at:
        return "packed"
    if shipment.picked_at:
        return "picked"
    return "committed" if shipment.committed_at else "saved"


def _parcels(order: Order) -> tuple[ParcelNow, ...]:
    return tuple(
        [
            ParcelNow(
                number=number,
                state=parcel.state,
                carrier=parcel.carrier,
                shipment_id=parcel.shipment_id,
                at=moment(parcel.at) if parcel.at else None,
                scans=len(order.scans.get(number, ())),
            )
            for number, parcel in _by_name(order.derived.goods.parcels)
        ]
    )


def _operations(order: Order) -> tuple[OperationNow, ...]:
    by_time = sorted([(operation.at, key) for key, operation in order.operations.items()])
    shown = []
    for at, key in by_time:
        operation = order.operations[key]
        kind, provider, reference = key.split("|", 2)
        shown.append(
            OperationNow(
                kind=kind,
                at=moment(at),
                amount=operation.amount,
                currency=operation.currency,
                provider=provider,
                reference="" if reference.startswith("~") else reference,
                evidence=operation.evidence,
            )
        )
    return tuple(shown)


def _holds(order: Order) -> tuple[HoldNow, ...]:
    if order.derived.promise.hold == HoldState.CLEAR:
        return ()
    return tuple(
        HoldNow(hold_id=name, reason=hold.reason, since=moment(hold.placed_at), note=hold.note)
        for name, hold in _by_name(standing_holds(order))
    )
