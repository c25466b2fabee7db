"""The short way to sum a plain ledger gives what the whole way gives."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain import fact as facts
from domain.body import Operation
from domain.document import Document, Line
from domain.fulfilment import derive_goods
from domain.merge import merge
from domain.payment import _plain_money, _whole_money
from domain.process import unseen
from domain.vocabulary import Minor

DAY = datetime(2026, 1, 1, tzinfo=UTC)
KINDS = {
    "authorized": facts.PaymentAuthorized,
    "captured": facts.PaymentCaptured,
    "refunded": facts.PaymentRefunded,
}
OPERATION = st.tuples(
    st.sampled_from(sorted(KINDS)),
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from(["", "a", "b"]),
    st.sampled_from([0, 1, 40, 60, 99, 100, 101]),
    st.integers(0, 5),
    st.booleans(),
)


@given(
    total=st.sampled_from([0, 60, 100]),
    validity=st.sampled_from(["", "pending", "valid"]),
    method=st.sampled_from(["manual", "online"]),
    cancelled=st.integers(0, 2),
    operations=st.lists(OPERATION, max_size=6),
)
def test_a_plain_ledger_sums_to_the_same_both_ways(total, validity, method, cancelled, operations):
    """
    Whatever the short way does not decline, it answers as the whole way does.
    """
    order = unseen("a/b/c", DAY)
    document = Document(
        currency="EUR",
        total=Minor(total),
        validity=validity,
        payment_method=method,
        lines=(Line(line_id="1", quantity=2, unit_price=Minor(50), cancelled=cancelled),),
    )
    order, _ = merge(order, facts.OrderPlaced(event_id="o", occurred_at=DAY, body=document))
    for kind, reference, parent, amount, hour, final in operations:
        body = Operation(
            amount=Minor(amount),
            currency="EUR",
            provider="p",
            reference=reference,
            parent=parent,
            final=final,
        )
        told = KINDS[kind](event_id="x", occurred_at=DAY + timedelta(hours=hour), body=body)
        order, _ = merge(order, told)
    goods = derive_goods(order, 0)

    plain = _plain_money(order, goods, order.head)

    assert plain in (None, _whole_money(order, goods, order.head))
