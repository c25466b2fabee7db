"""Import rules: what an operator wants done with an order by its source's own status (S4.26).

A connector says what a status means; a rule says what to do about it here. It acts on the facts
of one delivery and keeps no memory, so whatever arrives in whatever order ends the same: an order
that was left out comes in with the first document whose status is not (S4.32). A cancellation is
never left out, for the order may have come in before.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any, Final

import msgspec

from connectors.delivery import Delivery, Normalised, Outcome, Source
from domain.body import Empty, Reason, ShipmentInfo, ShipmentRef, Units
from domain.departure import HISTORY
from domain.document import Document
from domain.fact import (
    Fact,
    OrderCancelledAtSource,
    OrderCompletedAtSource,
    OrderMarkedShipped,
    OrderPlaced,
    OrderRevised,
    OrderSaved,
    ShipmentCreated,
    ShipmentHandedOver,
)
from domain.office_body import InvoiceCreated
from domain.office_fact import InvoiceWasCreated
from domain.vocabulary import CancelReason, HoldReason, Validity


class ImportRule(StrEnum):
    """What is done with an order in a status."""

    SKIP = "skip"
    VALID = "valid"
    INVOICE = "invoice"
    CANCEL = "cancel"
    HOLD = "hold"
    COMPLETE = "complete"
    HISTORY = "history"


class ImportRulesError(Exception):
    """Rules that cannot be; one line says where and why."""


Table = Mapping[str, ImportRule]
"""By the source's status as `source_status` of the document shows it; `*` stands for any text."""

Choose = Callable[[str, str], ImportRule | None]
"""From an account and a status to the rule, None where the connector's word stands."""

DEFAULT: Final = "default"
_HERE: Final = "import"

_Placing = OrderSaved | OrderPlaced | OrderRevised
_ENDINGS: Final = (OrderCancelledAtSource, OrderMarkedShipped)
"""What a status alone implies; under a rule the rule says it."""


def parse_rules(choices: Mapping[str, Any]) -> Choose:  # Any: the operator's JSON
    """Read `{"default" | tenant | tenant/channel: {status: rule}}`; raises ImportRulesError."""
    try:
        tables = msgspec.convert(dict(choices), dict[str, dict[str, ImportRule]])
    except msgspec.ValidationError as error:
        raise ImportRulesError(str(error)) from error

    def choose(account: str, status: str) -> ImportRule | None:
        for scope in (account, account.partition("/")[0], DEFAULT):
            if rule := _of_status(tables.get(scope, {}), status):
                return rule
        return None

    return choose


def with_rules(source: Source, choose: Choose) -> Source:
    """Give the source whose orders come in by these rules."""

    def normalise(delivery: Delivery) -> Outcome:
        outcome = source.normalise(delivery)
        if not isinstance(outcome, Normalised):
            return outcome
        facts = tuple(apply(outcome.facts, lambda status: choose(delivery.account, status)))
        left_out = outcome.facts and not facts
        return msgspec.structs.replace(
            outcome,
            facts=facts,
            ignored="left out by an import rule" if left_out else outcome.ignored,
        )

    return replace(source, normalise=normalise)


def apply(facts: Iterable[Fact], rule_of: Callable[[str], ImportRule | None]) -> Iterator[Fact]:
    """Change the facts of one delivery, order by order, as the rules of their statuses say."""
    told = tuple(facts)
    rules = {
        fact.order_key: rule
        for fact in told
        if isinstance(fact, _Placing) and (rule := rule_of(fact.body.source_status))
    }
    for fact in told:
        rule = rules.get(fact.order_key)
        if rule is None:
            yield fact
        elif rule is ImportRule.SKIP:
            if isinstance(fact, OrderCancelledAtSource):
                yield fact
        elif isinstance(fact, _Placing):
            yield from _placed(fact, rule)
        elif not isinstance(fact, _ENDINGS):
            yield fact


def _placed(fact: _Placing, rule: ImportRule) -> Iterator[Fact]:
    """Say the document as the rule has it, and what the rule adds to it."""
    document = msgspec.structs.replace(
        fact.body,
        validity=Validity.UNSTATED if rule is ImportRule.CANCEL else Validity.VALID,
        hold=(fact.body.hold or HoldReason.OTHER) if rule is ImportRule.HOLD else None,
    )
    kind = OrderRevised if isinstance(fact, OrderSaved) else type(fact)
    if rule is ImportRule.HISTORY:  # first, so that the order never asks for stock
        yield from _shipped(fact, document)
    yield _beside(fact, kind, "", document)
    match rule:
        case ImportRule.CANCEL:
            reason = Reason(reason=CancelReason.UNSPECIFIED, note=document.source_status)
            yield _beside(fact, OrderCancelledAtSource, "cancelled", reason)
        case ImportRule.INVOICE:
            yield from _invoiced(fact, document)
        case ImportRule.COMPLETE:
            yield from _invoiced(fact, document)
            yield _beside(fact, OrderCompletedAtSource, "completed", Empty())
        case _:
            return


def _invoiced(fact: _Placing, document: Document) -> Iterator[Fact]:
    if lines := _live(document):
        body = InvoiceCreated(invoice_id=_HERE, lines=lines)
        yield _beside(fact, InvoiceWasCreated, "invoiced", body)


def _shipped(fact: _Placing, document: Document) -> Iterator[Fact]:
    """Say that everything left elsewhere, as far as no shipment of the source itself says so."""
    if lines := _live(document):
        body = ShipmentInfo(shipment_id=HISTORY, lines=lines, notify_customer=False)
        yield _beside(fact, ShipmentCreated, "shipment", body)
        ref = ShipmentRef(shipment_id=HISTORY)
        yield _beside(fact, ShipmentHandedOver, "handed_over", ref)
    yield _beside(fact, OrderMarkedShipped, "marked_shipped", Empty())


def _live(document: Document) -> tuple[Units, ...]:
    return tuple(
        Units(line_id=line.line_id, quantity=line.quantity - line.cancelled)
        for line in document.lines
        if line.quantity > line.cancelled
    )


def _beside(fact: Fact, kind: Callable[..., Fact], name: str, body: object) -> Fact:
    """Say a fact in the envelope of another; what a rule adds is named for the order."""
    envelope = {field: getattr(fact, field) for field in _ENVELOPE}
    if name:
        order_id = (fact.order_key or "").split("/", 2)[-1]
        envelope["event_id"] = f"{fact.source}:order:{order_id}:import:{name}"
        envelope["inferred"] = True
    return kind(**envelope, body=body)


def _of_status(table: Table, status: str) -> ImportRule | None:
    """Find the rule of a status: its own, or the first whose pattern fits."""
    if status in table:
        return table[status]
    return next((rule for pattern, rule in table.items() if fnmatchcase(status, pattern)), None)


_ENVELOPE: Final = tuple(name for name in OrderPlaced.__struct_fields__ if name != "body")
