"""Which parts of an order's `derived` a fact can move; PARCEL is one parcel of the goods."""

from typing import Final

MONEY: Final = 1
GOODS: Final = 2
PROMISE: Final = 4
PARCEL: Final = 8
ALL: Final = MONEY | GOODS | PROMISE
