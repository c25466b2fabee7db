"""How risky somebody thinks an order is; from the documentation: each assessment names its level."""

from collections.abc import Iterator
from typing import Final

from connectors.shopify.payload import Risk
from connectors.writer import Writer
from domain import fact as facts
from domain.body import RiskFlagged
from domain.fact import Fact
from domain.instant import micros

RISKS: Final = {
    "high": "suspected",
    "medium": "",
    "low": "cleared",
    "none": "cleared",
    "pending": "",
}


def risk_facts(writer: Writer, risk: Risk) -> Iterator[Fact]:
    """Say what the assessment makes of the order; a middling one makes nothing of it."""
    level = risk.risk_level.lower()
    name = f"risk:{risk.provider_id or '-'}:{micros(risk.created_at)}"
    match RISKS.get(level):
        case None:
            event_id = f"{name}:unknown:{level}"
            yield writer.unknown(event_id, risk.created_at, field="risk_level", value=level)
        case "suspected":
            body = RiskFlagged(level="suspected", note=risk.provider_title)
            yield writer.fact(facts.RiskWasFlagged, name, risk.created_at, body=body)
        case "cleared":
            yield writer.fact(facts.RiskWasCleared, name, risk.created_at)
        case _:
            return
