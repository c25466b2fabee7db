"""What tests of payment providers share: an order to pay, and the money that payloads tell of."""

from connectors.delivery import Source
from domain.body import Operation
from domain.document import Document, Line
from domain.envelope import kind_of
from domain.fact import OrderPlaced
from domain.instant import moment
from domain.vocabulary import Minor
from tests.connectors.kit import order_after, read, story

PLACED = OrderPlaced(
    event_id="placed",
    occurred_at=moment(0),
    order_key="acme/shop/1",
    body=Document(
        currency="EUR",
        total=Minor(5000),
        lines=(Line(line_id="a", quantity=1, unit_price=Minor(5000)),),
    ),
)


def money(source: Source, *payloads: object) -> list[tuple[str, str, int]]:
    """List the operations that payloads tell of: kind, reference, amount."""
    found = [fact for each in payloads for fact in read(source, each).facts]
    return [
        (kind_of(type(fact)).removeprefix("payment."), fact.body.reference, fact.body.amount)
        for fact in found
        if isinstance(getattr(fact, "body", None), Operation)
    ]


def operations(source: Source, *payloads: object) -> list[str]:
    """Name the kinds of the operations that payloads tell of."""
    return [kind for kind, _, _ in money(source, *payloads)]


def ledger_of(source: Source, *payloads: object) -> tuple[str, int, int, int, int]:
    """Say what an order of 50.00 comes to, however its payloads arrive.

    Its state, and what is authorised, captured, refunded and disputed.
    """
    story(source, *payloads)
    facts = [fact for each in payloads for fact in read(source, each).facts]
    ledger = order_after([PLACED, *facts]).derived.money
    return (
        str(ledger.state),
        ledger.authorized,
        ledger.captured,
        ledger.refunded,
        ledger.disputed,
    )
