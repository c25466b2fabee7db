"""PrestaShop's order states: their words, and the numbers that a new shop gives them.

A state is a row of the shop's own database, so its number means what the shop says it means. A
new shop has those below; a shop that added some names them in `prestashop-states`.
"""

from typing import Final, NamedTuple

from domain.vocabulary import Validity


class Meaning(NamedTuple):
    """What a state says: how far the order goes, and what must have happened."""

    progress: int
    validity: Validity
    happened: str = ""
    method: str = ""


STATES: Final = {
    "awaiting_check": Meaning(1, Validity.PENDING, method="manual"),
    "awaiting_wire": Meaning(1, Validity.PENDING, method="manual"),
    "awaiting_cod": Meaning(1, Validity.PENDING, method="manual"),
    "backorder_unpaid": Meaning(1, Validity.PENDING),
    "payment_error": Meaning(2, Validity.PENDING, happened="failed"),
    "remote_paid": Meaning(4, Validity.VALID),
    "paid": Meaning(4, Validity.VALID),
    "backorder_paid": Meaning(4, Validity.VALID),
    "processing": Meaning(5, Validity.VALID, happened="work_started"),
    "shipped": Meaning(6, Validity.VALID, happened="shipped"),
    "delivered": Meaning(7, Validity.VALID, happened="delivered"),
    "refunded": Meaning(8, Validity.VALID, happened="refunded"),
    "canceled": Meaning(9, Validity.UNSTATED, happened="cancelled"),
}

NUMBERS: Final = {
    "1": "awaiting_check",
    "2": "paid",
    "3": "processing",
    "4": "shipped",
    "5": "delivered",
    "6": "canceled",
    "7": "refunded",
    "8": "payment_error",
    "9": "backorder_paid",
    "10": "awaiting_wire",
    "11": "remote_paid",
    "12": "backorder_unpaid",
    "13": "awaiting_cod",
}
"""The order of the states in the installer's `order_state.xml`."""

UNKNOWN: Final = Meaning(3, Validity.UNKNOWN)
VOUCHED: Final = Meaning(3, Validity.VALID)
"""A state that no table knows, of an order that the shop itself calls valid."""

MANUAL: Final = frozenset(
    {
        "ps_checkpayment",
        "cheque",
        "ps_wirepayment",
        "bankwire",
        "ps_cashondelivery",
        "cashondelivery",
    }
)
"""The modules of payments by hand."""
