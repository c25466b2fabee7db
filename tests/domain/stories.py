"""Whole orders for Hypothesis: every kind of fact, from pools so small that facts collide."""

from hypothesis import settings
from hypothesis import strategies as st

from domain import body as bodies
from domain import fact as facts
from domain import office_body as office
from domain import office_fact as office_facts
from domain.document import Address, Document, Line, Party
from domain.vocabulary import Evidence, HoldReason, Minor, Parcel, Validity
from tests.domain.builders import KEY, MONEY, PRICE, judged, minute


def examples(share: float):
    """Ask for a share of the examples of the chosen profile, where each is long."""
    return settings(max_examples=int(settings().max_examples * share))


def value(kind: type, /, **fields):
    """Draw a value type; `builds` would read its annotations again at each draw."""
    return st.fixed_dictionaries(fields).map(lambda drawn: kind(**drawn))


MINUTES = st.sampled_from([0, 1, 2, 3, 5, 8])
AMOUNTS = st.sampled_from([0, 1, 49, 50, 51, 100, 101, 150]).map(Minor)
QUANTITIES = st.sampled_from([0, 1, 2, 3])
LINE_IDS = st.sampled_from(["a", "b", "stray"])
SHIPMENTS = st.sampled_from(["f1", "f2"])
PARCELS = st.sampled_from(["Z1", "Z2"])
WORDS = st.sampled_from(["", "x", "y"])
REVISIONS = st.sampled_from([0, 0, 1, 2])
EVENTS = st.sampled_from(["e1", "e2", "e3"])
UNITS = st.lists(value(bodies.Units, line_id=LINE_IDS, quantity=QUANTITIES), max_size=3).map(tuple)

DOCUMENTS = value(
    Document,
    currency=st.sampled_from(["EUR", "EUR", "EUR", "USD"]),
    total=AMOUNTS,
    lines=st.lists(
        value(
            Line,
            line_id=LINE_IDS,
            quantity=QUANTITIES,
            unit_price=st.just(Minor(PRICE)),
            cancelled=st.sampled_from([0, 0, 0, 1, 2]),
        ),
        max_size=3,
    ).map(tuple),
    payment_method=st.sampled_from(["", "manual", "online"]),
    validity=st.sampled_from(Validity),
    hold=st.sampled_from([None, None, HoldReason.PAYMENT]),
    note=WORDS,
)

OPERATIONS = value(
    bodies.Operation,
    amount=AMOUNTS,
    currency=st.sampled_from(["EUR", "EUR", "EUR", "USD"]),
    provider=st.sampled_from(["stripe", "stripe", "bank"]),
    reference=st.sampled_from(["", "pi_1", "ch_1", "re_1"]),
    parent=st.sampled_from(["", "pi_1", "ch_1"]),
    evidence=st.sampled_from(Evidence),
    final=st.booleans(),
    code=WORDS,
)

STATEMENTS = value(
    bodies.ShipmentInfo,
    shipment_id=SHIPMENTS,
    lines=UNITS,
    parcels=st.lists(
        value(bodies.PackageInfo, number=PARCELS, carrier=WORDS, url=WORDS), max_size=2
    ).map(tuple),
    carrier=WORDS,
    notify_customer=st.booleans(),
)

SCANS = value(
    bodies.Scan,
    state=st.sampled_from(Parcel),
    number=st.sampled_from(["Z1", "Z2", ""]),
    shipment_id=SHIPMENTS,
    code=WORDS,
    place=WORDS,
    reason=WORDS,
)

REASONS = value(bodies.Reason, reason=WORDS, note=WORDS)
SHIPMENT = value(bodies.ShipmentRef, shipment_id=SHIPMENTS)
PARCEL = value(bodies.ParcelRef, number=PARCELS)
EMPTY = st.just(bodies.Empty())

RETURN = value(office.ReturnRef, return_id=st.sampled_from(["r1", "r2"]))
PURCHASE = value(office.Purchase, purchase_id=st.sampled_from(["p1", "p2"]), lines=UNITS)

OFFICE_BODIES = {
    office_facts.OrderNoteEdited: value(bodies.Note, note_id=st.just("n1"), text=WORDS),
    office_facts.OrderNoteDeleted: value(bodies.NoteRef, note_id=st.just("n1")),
    office_facts.OrderInvoiceNumberSet: value(office.InvoiceNumber, number=LINE_IDS),
    office_facts.OrderGiftMessageSet: value(office.GiftMessage, text=WORDS),
    office_facts.OrderShippingMethodChanged: value(
        office.ShippingMethod, method=LINE_IDS, lines=st.sampled_from([(), ("a",), ("a", "b")])
    ),
    office_facts.OrderWarehouseChanged: value(
        office.Warehouse, warehouse=LINE_IDS, lines=st.sampled_from([(), ("a",)])
    ),
    office_facts.OrderStateChosen: value(
        office.StateChosen, state=WORDS, base=st.sampled_from(["New", "Processing"])
    ),
    office_facts.OrderPrepared: value(
        office.Preparation, state=st.sampled_from(["new", "picked"])
    ),
    office_facts.OrderDocumentCreated: value(
        office.DocumentCreated, document_id=LINE_IDS, document=st.just("invoice")
    ),
    office_facts.OrderDuplicated: value(office.Duplicated, copy_key=LINE_IDS),
    office_facts.PaymentCaptureRequested: OPERATIONS,
    office_facts.PaymentReversalRequested: OPERATIONS,
    office_facts.PaymentSynced: value(
        office.Synced,
        provider=st.just("stripe"),
        operations=st.lists(
            value(
                office.SyncedOperation,
                kind=st.sampled_from(["authorized", "captured", "refunded"]),
                amount=AMOUNTS,
                currency=st.just("EUR"),
                reference=st.sampled_from(["pi_1", "ch_1"]),
                occurred_at=MINUTES.map(minute),
            ),
            max_size=3,
        ).map(tuple),
    ),
    office_facts.ShipmentFulfilled: SHIPMENT,
    office_facts.ShipmentCommitted: SHIPMENT,
    office_facts.ShipmentPicked: SHIPMENT,
    office_facts.ShipmentRatesQuoted: value(
        office.RatesQuoted, shipment_id=SHIPMENTS, rates=st.just(())
    ),
    office_facts.ReturnWasRequested: value(
        office.ReturnRequested,
        return_id=st.sampled_from(["r1", "r2"]),
        lines=UNITS,
        draft=st.booleans(),
    ),
    office_facts.ReturnWasReceived: value(
        office.ReturnReceived,
        return_id=st.sampled_from(["r1", "r2"]),
        lines=st.lists(
            value(
                office.ReceivedUnits,
                line_id=LINE_IDS,
                quantity=QUANTITIES,
                condition=st.sampled_from(office.Condition),
            ),
            max_size=2,
        ).map(tuple),
    ),
    **dict.fromkeys(
        (
            office_facts.ReturnWasApproved,
            office_facts.ReturnWasRejected,
            office_facts.ReturnWasShipped,
            office_facts.ReturnWasRestocked,
            office_facts.ReturnWasRefunded,
            office_facts.ReturnWasCompleted,
            office_facts.ReturnWasCancelled,
        ),
        RETURN,
    ),
    office_facts.InvoiceWasCreated: value(
        office.InvoiceCreated, invoice_id=st.sampled_from(["i1", "i2"]), lines=UNITS
    ),
    office_facts.InvoiceWasVoided: value(office.InvoiceRef, invoice_id=st.just("i1")),
    office_facts.BackorderWasCreated: PURCHASE,
    office_facts.DropshipWasRequested: PURCHASE,
    office_facts.DropshipWasShipped: PURCHASE,
    office_facts.LineWasReserved: value(
        office.LineReserved, line_id=LINE_IDS, quantity=QUANTITIES
    ),
}

BODIES = {
    facts.OrderSaved: DOCUMENTS,
    facts.OrderPlaced: DOCUMENTS,
    facts.OrderRevised: DOCUMENTS,
    facts.OrderConfirmed: EMPTY,
    facts.OrderWorkStarted: EMPTY,
    facts.OrderCancelRequested: REASONS,
    facts.OrderCancelDeclined: REASONS,
    facts.OrderCancelledAtSource: REASONS,
    facts.OrderCancelled: REASONS,
    facts.OrderLinesCancelled: value(
        bodies.LinesCancelled,
        cancellation_id=st.sampled_from(["x1", "x2"]),
        lines=UNITS,
        reason=WORDS,
    ),
    facts.OrderMarkedShipped: EMPTY,
    facts.OrderClosed: EMPTY,
    facts.OrderArchived: EMPTY,
    facts.OrderAddressChanged: value(bodies.AddressChanged, ship_to=value(Address, city=WORDS)),
    facts.OrderCustomerChanged: value(bodies.CustomerChanged, customer=value(Party, name=WORDS)),
    facts.OrderNoteAdded: value(bodies.Note, note_id=st.sampled_from(["n1", "n2"]), text=WORDS),
    facts.PaymentMethodChosen: value(
        bodies.MethodChosen, method=st.sampled_from(["manual", "online"])
    ),
    **dict.fromkeys(MONEY.values(), OPERATIONS),
    facts.ShipmentCreated: STATEMENTS,
    facts.ShipmentEdited: STATEMENTS,
    facts.ShipmentPacked: SHIPMENT,
    facts.ShipmentHandedOver: SHIPMENT,
    facts.ShipmentCancelled: SHIPMENT,
    facts.ShipmentDeliveredMarked: SHIPMENT,
    facts.ShipmentCollected: SHIPMENT,
    facts.ShipmentLabelBought: PARCEL,
    facts.ShipmentLabelVoided: PARCEL,
    facts.ShipmentScan: SCANS,
    facts.ShipmentEtaChanged: value(
        bodies.EtaChanged, expected_at=MINUTES.map(minute), number=PARCELS
    ),
    facts.HoldWasPlaced: value(
        bodies.HoldPlaced,
        hold_id=st.sampled_from(["h1", "source"]),
        reason=st.sampled_from(HoldReason),
        note=WORDS,
    ),
    facts.HoldWasReleased: value(bodies.HoldReleased, hold_id=st.sampled_from(["h1", "source"])),
    facts.RiskWasFlagged: value(
        bodies.RiskFlagged, level=st.sampled_from(["suspected", "confirmed"])
    ),
    facts.RiskWasCleared: EMPTY,
    facts.ReturnWasMarked: value(
        bodies.ReturnMarked, return_id=st.sampled_from(["r1", "r2"]), lines=UNITS
    ),
    **OFFICE_BODIES,
    facts.TimerHasFired: value(
        bodies.TimerFired,
        timer=st.sampled_from(["awaiting_order", "expiry"]),
        deadline=MINUTES.map(minute),
    ),
    facts.ReferenceWasLinked: value(
        bodies.ReferenceLinked, reference=st.just("payment:stripe:pi_1")
    ),
    facts.UnknownWasReported: value(bodies.UnknownReported, field=st.just("status"), value=WORDS),
}
"""What the body of each kind of fact is drawn from."""


FACTS = {
    kind: value(
        kind,
        event_id=EVENTS,
        order_key=st.just(KEY),
        occurred_at=MINUTES.map(minute),
        revision=REVISIONS,
        actor=WORDS,
        source=st.sampled_from(["shop", "desk"]),
        inferred=st.booleans() if kind is facts.ShipmentScan else st.just(False),
        body=body,
    )
    for kind, body in BODIES.items()
}
"""Every kind of fact, as told by anybody at any time."""


def facts_of(*kinds: type):
    """Draw a fact of any of these kinds."""
    return st.one_of([FACTS[kind] for kind in kinds])


VERDICTS = st.lists(
    st.lists(
        facts_of(
            facts.OrderConfirmed,
            facts.OrderCancelled,
            facts.OrderMarkedShipped,
            facts.OrderClosed,
            facts.HoldWasPlaced,
        ),
        max_size=2,
    ),
    max_size=2,
).map(
    lambda effects: [
        judged(f"c{number}", "confirm", *each, at=number) for number, each in enumerate(effects)
    ]
)
"""Verdicts of past commands: in the log they are facts like others."""


@st.composite
def histories(draw, *kinds: type, most: int = 25):
    """Draw an order's facts with a document among them, and its verdicts."""
    about = st.lists(facts_of(*(kinds or BODIES)), max_size=most - 3)
    return [draw(FACTS[facts.OrderPlaced]), *draw(about), *draw(VERDICTS)]


@st.composite
def deliveries(draw, *kinds: type, most: int = 25):
    """Draw one history and two ways in which it may arrive, with repetitions."""
    history = draw(histories(*kinds, most=most))
    again = st.lists(st.sampled_from(history), max_size=4)
    first = history + draw(again)
    return first, draw(st.permutations(history + draw(again)))
