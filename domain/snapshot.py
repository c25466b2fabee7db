"""The snapshot: the whole order as it is now, for views; made from the state, never kept in it."""

from typing import Any

from msgspec import Raw
from msgspec.structs import replace

from domain.arrival import expected_of
from domain.departure import left_to_supplier
from domain.facets import facets_of
from domain.guard import allowed_commands
from domain.instant import moment
from domain.invoice import invoiced_lines, invoices
from domain.line_choice import method_of, warehouse_chosen
from domain.line_style import look_of
from domain.message import (
    HoldNow,
    InvoiceNow,
    LineNow,
    MoneyNow,
    OperationNow,
    ParcelNow,
    ReturnNow,
    ShipmentNow,
    Snapshot,
)
from domain.order import Order, Shipment
from domain.promise import standing_holds
from domain.rma import Rma, rmas
from domain.rules import Rules
from domain.stock_place import warehouse_of
from domain.stock_wish import held_for
from domain.vocabulary import HoldState


def take_snapshot(order: Order, rules: Rules) -> Snapshot:
    """Write down the order; lists are sorted by id or time, never by arrival."""
    derived, head = order.derived, order.head
    tenant, channel, _ = order.key.split("/", 2)
    money, goods, promise = derived.money, derived.goods, derived.promise
    cancelled = order.marks.get("cancelled") or order.marks.get("cancelled_at_source")
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
        words=_words(order, rules),
        money=_money(order),
        lines=_dressed(order, rules) if rules.policy.stock else _lines(order),
        shipments=_shipments(order),
        parcels=_parcels(order),
        operations=_operations(order),
        order=Raw(head.document) if head else Raw(b"null"),
        holds=_holds(order),
        anomalies=_standing(order.raised) if order.raised else (),
        changes={name: Raw(value) for name, (_, value) in order.changes.items()},
        cancelled_at=moment(promise.cancelled_at) if promise.cancelled_at else None,
        cancel_reason=cancelled.reason if cancelled else "",
        cancel_requester=cancelled.requester if cancelled else "",
        source=head.source if head else "",
        seq={name: told.seq for name, told in order.told.items()},
        test=order.test,
        allowed=allowed_commands(order, rules),
        returns=_returns(order) if order.changes else (),
        invoices=_invoices(order) if order.changes else (),
    )


def _returns(order: Order) -> tuple[ReturnNow, ...]:
    return tuple(_return(rma) for rma in rmas(order).values())


def _return(rma: Rma) -> ReturnNow:
    requested, received = rma.requested, dict[str, dict[str, int]]()
    for one in rma.received.lines if rma.received else ():
        by_condition = received.setdefault(one.line_id, {})
        by_condition[one.condition] = by_condition.get(one.condition, 0) + one.quantity
    return ReturnNow(
        return_id=rma.return_id,
        state=rma.state,
        lines={one.line_id: one.quantity for one in requested.lines} if requested else {},
        received=received,
        resolution=requested.resolution if requested else "",
        reason=requested.reason if requested else "",
        steps={step: moment(at) for at, step in rma.steps},
    )


def _invoices(order: Order) -> tuple[InvoiceNow, ...]:
    told = sorted(invoices(order), key=lambda one: one[0].invoice_id)
    return tuple(
        InvoiceNow(
            invoice_id=invoice.invoice_id,
            mode=invoice.mode,
            lines={one.line_id: one.quantity for one in invoice.lines},
            at=moment(at),
            number=invoice.number,
            void=void,
        )
        for invoice, at, void in told
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


def _words(order: Order, rules: Rules) -> dict[str, dict[str, Any]]:
    if not order.derived.promise.known:
        return {}
    facets = facets_of(order.derived, rules)
    shipments = sorted(order.derived.goods.shipments.items())
    words: dict[str, dict[str, Any]] = {}
    for compiled in rules.profiles:
        shown: dict[str, Any] = {
            axis: word_of(facets) for axis, _, word_of in compiled.order_words
        }
        for axis, _, table in compiled.shipment_words:
            shown[axis] = {shipment_id: table[state] for shipment_id, state in shipments}
        words[compiled.name] = shown
    return words


def _lines(order: Order) -> tuple[LineNow, ...]:
    items = order.head.items if order.head else ()
    billed = invoiced_lines(order) if order.changes else {}
    return tuple(
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
            invoiced=billed.get(line.line_id, 0),
            shipping_method=method_of(order, item.line_id),
            warehouse=warehouse_chosen(order, item.line_id),
        )
        for item, line in zip(items, order.derived.goods.lines, strict=False)
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
        _shipment(order, shipment_id, state)
        for shipment_id, state in sorted(order.derived.goods.shipments.items())
    )


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
            for number, parcel in sorted(order.derived.goods.parcels.items())
        ]
    )


def _operations(order: Order) -> tuple[OperationNow, ...]:
    by_time = sorted(order.operations.items(), key=lambda pair: (pair[1].at, pair[0]))
    shown = []
    for key, operation in by_time:
        kind, provider, reference = key.split("|", 2)
        shown.append(
            OperationNow(
                kind=kind,
                at=moment(operation.at),
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
        for name, hold in sorted(standing_holds(order).items())
    )
