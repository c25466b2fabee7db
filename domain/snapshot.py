"""The snapshot: the whole order as it is now, for views; made from the state, never kept in it."""

from typing import Any

from msgspec import Raw

from domain.facets import facets_of
from domain.instant import moment
from domain.message import (
    HoldNow,
    LineNow,
    MoneyNow,
    OperationNow,
    ParcelNow,
    ShipmentNow,
    Snapshot,
)
from domain.order import Order, Package
from domain.promise import standing_holds
from domain.rules import Rules


def take_snapshot(order: Order, rules: Rules) -> Snapshot:
    """Write down the order; lists are sorted by id or time, never by arrival."""
    derived, head = order.derived, order.head
    tenant, channel, _ = order.key.split("/", 2)
    money, promise = derived.money, derived.promise
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
        fulfilment=derived.goods.state,
        valid=promise.valid,
        placed_at=moment(order.placed_at) if order.placed_at else None,
        words=_words(order, rules) if promise.known else {},
        money=MoneyNow(
            currency=head.currency if head else "",
            due=money.due,
            authorized=money.authorized,
            captured=money.captured,
            refunded=money.refunded,
            refund_pending=money.refund_pending,
            pending=money.pending,
            disputed=money.disputed,
            voided=money.voided,
        ),
        lines=_lines(order),
        shipments=_shipments(order),
        parcels=_parcels(order),
        operations=_operations(order),
        order=Raw(head.document) if head else Raw(b"null"),
        holds=_holds(order),
        anomalies=tuple(sorted(name for name, times in order.raised.items() if times > 0)),
        changes={name: Raw(value) for name, (_, value) in sorted(order.changes.items())},
        cancelled_at=moment(promise.cancelled_at) if promise.cancelled_at else None,
        cancel_reason=cancelled.reason if cancelled else "",
        source=head.source if head else "",
        seq={name: told.seq for name, told in order.told.items()},
        test=order.test,
    )


def _words(order: Order, rules: Rules) -> dict[str, dict[str, Any]]:
    facets = facets_of(order.derived)
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
        )
        for item, line in zip(items, order.derived.goods.lines, strict=False)
    )


def _shipments(order: Order) -> tuple[ShipmentNow, ...]:
    shown = []
    for shipment_id, state in sorted(order.derived.goods.shipments.items()):
        shipment = order.shipments[shipment_id]
        statement = shipment.statement
        shown.append(
            ShipmentNow(
                shipment_id=shipment_id,
                state=state,
                lines=dict(statement.lines) if statement else {},
                parcels=tuple(one.number for one in statement.packages) if statement else (),
                carrier=statement.carrier if statement else "",
                service=statement.service if statement else "",
                handed_over_at=moment(shipment.handed_over_at)
                if shipment.handed_over_at
                else None,
                expected_at=moment(statement.expected_at)
                if statement and statement.expected_at
                else None,
            )
        )
    return tuple(shown)


def _parcels(order: Order) -> tuple[ParcelNow, ...]:
    packages: dict[tuple[str, str], Package] = {
        (shipment_id, package.number): package
        for shipment_id, shipment in order.shipments.items()
        if shipment.statement
        for package in shipment.statement.packages
    }
    nothing = Package("", "", "")
    return tuple(
        ParcelNow(
            number=number,
            state=parcel.state,
            carrier=packages.get((parcel.shipment_id, number), nothing).carrier or parcel.carrier,
            url=packages.get((parcel.shipment_id, number), nothing).url,
            shipment_id=parcel.shipment_id,
            at=moment(parcel.at) if parcel.at else None,
            scans=len(order.scans.get(number, ())),
        )
        for number, parcel in sorted(order.derived.goods.parcels.items())
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
    return tuple(
        HoldNow(hold_id=name, reason=hold.reason, since=moment(hold.placed_at), note=hold.note)
        for name, hold in sorted(standing_holds(order).items())
    )
