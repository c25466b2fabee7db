"""What was chosen for a line: how it travels, where it comes from; for it alone or for all lines."""

from typing import Final

from msgspec.json import Decoder

from domain.office_body import ShippingMethod, Warehouse
from domain.order import Order

_method: Final = Decoder(ShippingMethod)
_warehouse: Final = Decoder(Warehouse)


def method_of(order: Order, line_id: str) -> str:
    """Read the shipping method that was chosen last; empty where none was (S1.22)."""
    chosen = _newest(order, "shipping_method", line_id)
    return _method.decode(chosen).method if chosen else ""


def warehouse_chosen(order: Order, line_id: str) -> str:
    """Read the warehouse that was chosen last; empty where none was (S4.13)."""
    chosen = _newest(order, "warehouse", line_id)
    return _warehouse.decode(chosen).warehouse if chosen else ""


def _newest(order: Order, name: str, line_id: str) -> bytes:
    if not order.changes:
        return b""
    told = [order.changes.get(name), order.changes.get(f"{name}:{line_id}")]
    return max((one for one in told if one), default=(0, b""))[1]
