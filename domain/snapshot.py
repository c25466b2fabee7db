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
from domain.order import Order, Shipment
from domain.promise import standing_holds
from domain.rules import Rules
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
        lines=_lines(order),
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
    )


def _words(order: Order, rules: Rules) -> dict[str, dict[str, Any]]:
    if not order.derived.promise.known:
        return {}
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
    return tuple(
        _shipment(shipment_id, state, order.shipments[shipment_id])
        for shipment_id, state in sorted(order.derived.goods.shipments.items())
    )


def _shipment(shipment_id: str, state: str, shipment: Shipment) -> ShipmentNow:
    handed_over_at = moment(shipment.handed_over_at) if shipment.handed_over_at else None
    statement = shipment.statement
    if statement is None:
        return ShipmentNow(shipment_id=shipment_id, state=state, handed_over_at=handed_over_at)
    return ShipmentNow(
        shipment_id=shipment_id,
        state=state,
        lines=dict(statement.lines),
        parcels=tuple([package.number for package in statement.packages]),
        urls={package.number: package.url for package in statement.packages if package.url},
        carrier=statement.carrier,
        service=statement.service,
        handed_over_at=handed_over_at,
        expected_at=moment(statement.expected_at) if statement.expected_at else None,
    )


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
