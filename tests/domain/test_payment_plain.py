"""The short way to sum a plain ledger gives what the whole way gives."""

from datetime import UTC, datetime, timedelta

import pytest
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
from tests.domain.builders import placed, revised, run

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
    unknown=st.booleans(),
    operations=st.lists(OPERATION, max_size=6),
)
def test_a_plain_ledger_sums_to_the_same_both_ways(
    total, validity, method, cancelled, unknown, operations
):
    """
    Whatever the short way does not decline, it answers as the whole way does.
    """
    order = unseen("a/b/c", DAY)
    document = Document(
        currency="EUR",
        total=Minor(total),
        total_unknown=unknown and not total,
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


@pytest.mark.parametrize(
    ("unknown", "then", "state"),
    [
        (False, [], "paid"),
        (True, [], "in_progress"),
        (True, [{"total": Minor(0)}], "paid"),
        (True, [{"total": Minor(100)}], "in_progress"),
        (True, [{"total": Minor(0), "total_unknown": True}], "in_progress"),
    ],
)
def test_an_order_whose_total_is_not_told_yet_is_not_free(unknown, then, state):
    """
    A marketplace tells the total once the payment is sure; a total of zero needs no payment.
    """
    first = placed(total=Minor(0), total_unknown=unknown, payment_method="online")
    later = [revised(payment_method="online", **fields) for fields in then]

    assert run([first, *later]).order.derived.money.state == state
