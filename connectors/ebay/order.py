"""A whole order of eBay: one document, its money, its cancel requests, its fulfilments.

The payment that eBay lists is what the seller gets, less fees and often converted, so what the
buyer paid is a claim of the order's status about its total. Refunds are told one by one.
"""

from collections.abc import Container, Iterable, Iterator

from connectors.ebay import payload
from connectors.ebay.fulfilment import fulfilment_facts
from connectors.ebay.payload import CancelRequest, Line, Order, Refund
from connectors.ebay.table import (
    CANCEL,
    CANCEL_REASON,
    CANCEL_REQUEST,
    FULFILMENT,
    PAID_BY_HAND,
    PAYMENT,
    PICKUP,
    REFUND,
)
from connectors.money import NotMoney, minor_each
from connectors.snapshot import Snapshot
from connectors.writer import Writer
from domain import document, fact
from domain.body import Operation, Reason
from domain.fact import Fact
from domain.instant import micros
from domain.office_body import GiftMessage
from domain.office_fact import OrderGiftMessageSet
from domain.vocabulary import Evidence, Minor, Validity


def order_facts(writer: Writer, order: Order) -> Iterator[Fact]:
    """Say everything that a snapshot of an order says."""
    snapshot = Snapshot(
        writer=writer,
        placed_at=order.creation_date,
        changed_at=order.last_modified_date,
        revision=micros(order.last_modified_date),
    )
    total = _total(order)
    currency = order.pricing_summary.total.currency
    yield snapshot.document(_document(order, total, currency))
    yield from snapshot.links(
        *(f"order:{name}" for name in (order.order_id, order.legacy_order_id) if name)
    )
    yield from _unknowns(snapshot, order)
    yield from _money(snapshot, order, total, currency)
    yield from _cancels(snapshot, order)
    yield from _goods(snapshot, order)
    if message := "\n".join(
        each.gift_details.message
        for each in order.line_items
        if each.gift_details and each.gift_details.message
    ):
        body = GiftMessage(text=message[:4_000])
        event_id = f"order:{order.order_id}:gift_message"
        yield writer.fact(OrderGiftMessageSet, event_id, order.creation_date, body=body)


def _total(order: Order) -> Minor:
    amount = order.pricing_summary.total
    total = amount.read(amount.currency, "pricingSummary.total")
    if total < 0:
        raise NotMoney("must not be negative", "pricingSummary.total.value", amount.value)
    return total


def _document(order: Order, total: Minor, currency: str) -> document.Document:
    pricing = order.pricing_summary
    start = order.instructions[0] if order.instructions else payload.Instruction()
    step = start.shipping_step or payload.ShippingStep()
    methods = _methods(order)
    ship_by = [
        each.line_item_fulfillment_instructions.ship_by_date
        for each in order.line_items
        if each.line_item_fulfillment_instructions
        and each.line_item_fulfillment_instructions.ship_by_date
    ]
    taken_off = _read(pricing.price_discount, currency, "priceDiscount")
    taken_off = Minor(taken_off + _read(pricing.delivery_discount, currency, "deliveryDiscount"))
    return document.Document(
        currency=currency,
        total=total,
        lines=tuple(_line(each, currency) for each in order.line_items),
        number=order.order_id,
        placed_at=order.creation_date,
        shipping_total=_read(pricing.delivery_cost, currency, "deliveryCost"),
        tax_total=_read(pricing.tax, currency, "tax"),
        discount_total=Minor(abs(taken_off)),
        payment_method=_method(methods),
        payment_method_name=", ".join(dict.fromkeys(filter(None, methods))),
        source_status=f"{order.order_payment_status}/{order.order_fulfillment_status}",
        validity=PAYMENT.get(order.order_payment_status, (Validity.UNKNOWN, None))[0],
        ship_by=min(ship_by).date() if ship_by else None,
        promised_at=start.max_estimated_delivery_date,
        shipping_method=step.shipping_service_code,
        pickup=start.fulfillment_instructions_type == PICKUP,
        note=order.buyer_checkout_notes,
        customer=_customer(order.buyer),
        ship_to=_address(step.ship_to),
    )


def _methods(order: Order) -> list[str]:
    return [each.payment_method for each in order.payment_summary.payments]


def _method(methods: list[str]) -> str:
    by_hand = bool(methods) and PAID_BY_HAND.issuperset(methods)
    return "manual" if by_hand else "online"


def _read(amount: payload.Amount | None, currency: str, field: str) -> Minor:
    return amount.read(currency, f"pricingSummary.{field}") if amount else Minor(0)


def _line(line: Line, currency: str) -> document.Line:
    """Read a line; its cost is that of all its pieces."""
    price = Minor(0)
    cost = line.line_item_cost
    if cost:
        cost.read(currency, "lineItems.lineItemCost")
        converted = cost.currency != currency
        value = cost.converted_from_value if converted else cost.value
        price = minor_each(value, line.quantity, currency)
    return document.Line(
        line_id=line.line_item_id,
        quantity=line.quantity,
        sku=line.sku,
        title=line.title,
        unit_price=price,
    )


def _customer(buyer: payload.Buyer | None) -> document.Party | None:
    if buyer is None:
        return None
    person = buyer.buyer_registration_address or payload.Person()
    return document.Party(
        customer_id=buyer.username,
        name=person.full_name,
        email=person.email,
        phone=person.primary_phone.phone_number if person.primary_phone else "",
    )


def _address(person: payload.Person | None) -> document.Address | None:
    if person is None or person.contact_address is None:
        return None
    place = person.contact_address
    return document.Address(
        name=person.full_name,
        company=person.company_name,
        street=tuple(each for each in (place.address_line1, place.address_line2) if each),
        postal_code=place.postal_code,
        city=place.city,
        region=place.state_or_province,
        country=place.country_code,
        phone=person.primary_phone.phone_number if person.primary_phone else "",
    )


def _unknowns(snapshot: Snapshot, order: Order) -> Iterator[Fact]:
    words: tuple[tuple[str, str, Container[str]], ...] = (
        ("orderPaymentStatus", order.order_payment_status, PAYMENT),
        ("orderFulfillmentStatus", order.order_fulfillment_status, FULFILMENT),
        ("cancelState", order.cancel_status.cancel_state or "NONE_REQUESTED", CANCEL),
        *(
            (
                "lineItemFulfillmentStatus",
                line.line_item_fulfillment_status or "NOT_STARTED",
                FULFILMENT,
            )
            for line in order.line_items
        ),
        *(
            ("cancelRequestState", each.cancel_request_state, CANCEL_REQUEST)
            for each in order.cancel_status.cancel_requests
        ),
        *(("refundStatus", each.refund_status, REFUND) for each in order.payment_summary.refunds),
    )
    for field, word, table in words:
        if word not in table:
            yield snapshot.unknown(field, word)


def _money(snapshot: Snapshot, order: Order, total: Minor, currency: str) -> Iterator[Fact]:
    """Say what the status claims of the total, and each refund that the order lists."""
    summary, status = order.payment_summary, order.order_payment_status
    _, kind = PAYMENT.get(status, (Validity.UNKNOWN, None))
    paid_at = [each.payment_date for each in summary.payments if each.payment_date]
    at = min(paid_at) if paid_at else order.creation_date
    awaited = kind is fact.PaymentPending and _method(_methods(order)) == "manual"
    if kind and total and not awaited:
        yield snapshot.claim(kind, total, currency, code=status, at=at)
    if status == "FULLY_REFUNDED" and total:
        sent_back = [each.refund_date for each in summary.refunds if each.refund_date]
        back_at = max(sent_back) if sent_back else at
        yield snapshot.claim(fact.PaymentRefunded, total, currency, code=status, at=back_at)
    for refund in summary.refunds:
        yield from _refund(snapshot, order, refund, currency)


def _refund(snapshot: Snapshot, order: Order, refund: Refund, currency: str) -> Iterator[Fact]:
    """Say that money went back; one of another currency than the order's stays in its own."""
    kind = REFUND.get(refund.refund_status)
    amount = refund.amount
    if kind is None or amount is None:
        return
    known = currency in {amount.currency, amount.converted_from_currency}
    code = currency if known else amount.currency
    value = amount.read(code, "paymentSummary.refunds.amount")
    if value < 0:
        raise NotMoney("must not be negative", "paymentSummary.refunds.amount", amount.value)
    at = refund.refund_date or order.creation_date
    told_apart_by = f"{order.order_id}:{micros(at)}:{value}"
    name = refund.refund_id or refund.refund_reference_id or told_apart_by
    body = Operation(
        provider="ebay",
        reference=name,
        amount=value,
        currency=code,
        evidence=Evidence.SHOP,
        code=refund.refund_status,
    )
    event_id = f"refund:{name}:{refund.refund_status}"
    yield snapshot.writer.fact(kind, event_id, at, body=body)


def _cancels(snapshot: Snapshot, order: Order) -> Iterator[Fact]:
    """Say who asked to call the order off, what the seller answered, and that it was called off."""
    status = order.cancel_status
    reason = ""
    for request in status.cancel_requests:
        reason = request.cancel_reason
        yield from _request(snapshot, order, request)
    if CANCEL.get(status.cancel_state) == "cancelled":
        at = status.cancelled_date
        word = CANCEL_REASON.get(reason, reason)
        yield snapshot.cancelled(word, at=at)


def _request(snapshot: Snapshot, order: Order, request: CancelRequest) -> Iterator[Fact]:
    said = CANCEL_REQUEST.get(request.cancel_request_state)
    at = request.cancel_requested_date
    if said is None or at is None:
        return
    body = Reason(
        reason=CANCEL_REASON.get(request.cancel_reason, request.cancel_reason),
        requester=request.cancel_initiator.lower(),
    )
    name = f"order:{order.order_id}:cancel_request:{request.cancel_request_id or micros(at)}"
    yield snapshot.writer.fact(fact.OrderCancelRequested, name, at, body=body)
    if said == "declined":
        declined_at = max(request.cancel_completed_date or at, at)
        event_id = f"{name}:declined"
        yield snapshot.writer.fact(fact.OrderCancelDeclined, event_id, declined_at, body=body)


def _goods(snapshot: Snapshot, order: Order) -> Iterable[Fact]:
    for fulfilment in order.fulfillments:
        yield from fulfilment_facts(snapshot.writer, fulfilment, order.last_modified_date)
    if FULFILMENT.get(order.order_fulfillment_status) == "shipped":
        yield snapshot.shipped()
        return
    yield from snapshot.counted(
        {
            line.line_item_id: line.quantity
            for line in order.line_items
            if FULFILMENT.get(line.line_item_fulfillment_status) == "shipped"
        }
    )
