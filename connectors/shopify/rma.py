"""Returns that a buyer asks for: each webhook is one step, and says no time but its own.

From the documentation: `returns/update` names no order, and a return that is opened again is one
that was approved; which pieces arrived is told by the refund that restocks them.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from connectors.shopify.payload import Return
from connectors.writer import Writer
from domain import office_fact
from domain.body import Units
from domain.fact import Fact
from domain.office_body import ReturnRef, ReturnRequested

STEPS: Final[dict[str, Callable[..., Fact]]] = {
    "requested": office_fact.ReturnWasRequested,
    "open": office_fact.ReturnWasApproved,
    "declined": office_fact.ReturnWasRejected,
    "canceled": office_fact.ReturnWasCancelled,
    "closed": office_fact.ReturnWasCompleted,
}


def return_facts(writer: Writer, asked: Return, at: datetime) -> Iterator[Fact]:
    """Say what shall come back, and which step the return took."""
    name = f"return:{asked.id}"
    if asked.status not in STEPS:
        event_id = f"{name}:unknown:{asked.status}"
        yield writer.unknown(event_id, at, field="return.status", value=asked.status)
        return
    if asked.status == "requested" or asked.return_line_items:
        body = ReturnRequested(
            return_id=asked.id,
            lines=_lines(asked),
            reason=asked.return_line_items[0].return_reason if asked.return_line_items else "",
        )
        yield writer.fact(office_fact.ReturnWasRequested, f"{name}:requested", at, body=body)
    if asked.status != "requested":
        note = (asked.decline.note or asked.decline.reason) if asked.decline else ""
        ref = ReturnRef(return_id=asked.id, note=note)
        yield writer.fact(STEPS[asked.status], f"{name}:{asked.status}", at, body=ref)


def _lines(asked: Return) -> tuple[Units, ...]:
    pieces: dict[str, int] = {}
    for line in asked.return_line_items:
        owner = line.fulfillment_line_item
        if owner and owner.line_item and line.quantity:
            line_id = owner.line_item.id
            pieces[line_id] = pieces.get(line_id, 0) + line.quantity
    return tuple(Units(line_id=line_id, quantity=n) for line_id, n in sorted(pieces.items()))
