"""What the office did to an order, as its snapshot shows it: returns and invoices."""

from domain.instant import moment
from domain.invoice import invoices
from domain.message import InvoiceNow, ReturnNow
from domain.order import Order
from domain.rma import Rma, rmas


def show_returns(order: Order) -> tuple[ReturnNow, ...]:
    """Write down the returns, by id."""
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


def show_invoices(order: Order) -> tuple[InvoiceNow, ...]:
    """Write down the invoices, by id."""
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
