"""Invoices of an order: which pieces are billed, whatever became of goods and money (S3.8, S3.13).

Independent of fulfilment and payment; a voided invoice bills nothing.
"""

from collections.abc import Iterator

from msgspec.json import decode

from domain.office_body import InvoiceCreated
from domain.order import Order

_PREFIX = "invoice:"


def invoices(order: Order) -> Iterator[tuple[InvoiceCreated, int, bool]]:
    """Give each invoice with the time that it was made and whether it is void."""
    for name, (at, value) in order.changes.items():
        if name.startswith(_PREFIX):
            void = f"invoice_void:{name.removeprefix(_PREFIX)}" in order.changes
            yield decode(value, type=InvoiceCreated), at, void


def invoiced_lines(order: Order) -> dict[str, int]:
    """Count the pieces of each line that stand on an invoice."""
    billed: dict[str, int] = {}
    for invoice, _, void in invoices(order):
        for units in () if void else invoice.lines:
            billed[units.line_id] = billed.get(units.line_id, 0) + units.quantity
    return billed
