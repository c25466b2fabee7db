"""A stock fact as a warehouse writes it: bytes in, a fact or a quarantine out."""

from typing import Final

import msgspec
from msgspec.structs import replace

from connectors.delivery import Quarantined
from connectors.typed_body import read_typed
from domain.stock_fact import StockFact, is_name

YEAR_FIRST: Final = 1971
YEAR_LAST: Final = 2199
"""A count that is dated centuries ahead would stand against every later one."""
_TENANT_CHARACTERS_MAX: Final = 64
_decode: Final[msgspec.json.Decoder[StockFact]] = msgspec.json.Decoder(StockFact)


def read_stock_fact(value: bytes | None) -> StockFact | Quarantined:
    """Read a stock fact; it names its tenant, an article and, if not the default, a warehouse."""
    fact = read_typed(value, _decode.decode, "stock fact")
    if isinstance(fact, Quarantined):
        return fact
    return _misaddressed(fact) or replace(fact, order_key=None)


def _misaddressed(fact: StockFact) -> Quarantined | None:
    """Say why a fact names no stock, None if it names one."""
    tenant = fact.tenant
    if (
        not tenant
        or "/" in tenant
        or len(tenant) > _TENANT_CHARACTERS_MAX
        or any(one.isspace() for one in tenant)
    ):
        return Quarantined(reason="a stock fact names its tenant", field="tenant", value=tenant)
    if not YEAR_FIRST <= fact.occurred_at.year <= YEAR_LAST:
        when = fact.occurred_at.isoformat()
        return Quarantined(reason="no warehouse was there", field="occurred_at", value=when)
    for field in ("sku", "warehouse"):
        name = str(getattr(fact.body, field))
        if not is_name(name):
            return Quarantined(reason="cannot be printed", field=f"body.{field}", value=repr(name))
    return None
