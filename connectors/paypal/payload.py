"""What we read of PayPal's objects, in both versions of its API; everything else is left."""

from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field, StringConstraints

from connectors import money
from connectors.listing import ELEMENTS_MAX
from connectors.payload import StrictPayload, Time
from domain.vocabulary import Minor


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _either(*names: str) -> Any:  # Any: pydantic's field, which stands for its value
    return Field(default=None, validation_alias=AliasChoices(*names))


Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,128}$")]
Word = Annotated[str, StringConstraints(max_length=200), BeforeValidator(_upper)]
Text = Annotated[str, StringConstraints(max_length=2_000)]


class Amount(StrictPayload):
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = Field(
        validation_alias=AliasChoices("currency_code", "currency")
    )
    value: Any = _either("value", "total")  # Any: `money` says what an amount may be

    @property
    def minor(self) -> Minor:
        """The amount in minor units."""
        return money.minor_unsigned(self.value, self.currency, field="amount.value")

    @property
    def given_back(self) -> Minor:
        """The same of what goes back to the buyer, which the first version writes negative."""
        return Minor(abs(money.minor(self.value, self.currency, field="amount.value")))


class Link(StrictPayload):
    href: Text
    rel: Text = ""


class RelatedIds(StrictPayload):
    order_id: Name | None = None
    authorization_id: Name | None = None
    capture_id: Name | None = None


class SupplementaryData(StrictPayload):
    related_ids: RelatedIds | None = None


class StatusDetails(StrictPayload):
    reason: Text | None = None


class Operation(StrictPayload):
    """A capture, a sale, an authorisation or a refund."""

    id: Name
    status: Word = Field(validation_alias=AliasChoices("status", "state"))
    amount: Amount
    create_time: Time
    update_time: Time | None = None
    custom_id: Text | None = _either("custom_id", "custom")
    invoice_id: Text | None = _either("invoice_id", "invoice_number")
    final_capture: bool | None = _either("final_capture", "is_final_capture")
    parent_payment: Name | None = None
    capture_of: Name | None = _either("capture_id", "sale_id")
    status_details: StatusDetails | None = None
    reason_code: Text | None = None
    supplementary_data: SupplementaryData | None = None
    links: tuple[Link, ...] = Field(default=(), max_length=50, strict=False)

    @property
    def related(self) -> RelatedIds:
        """The ids of what it belongs to, as far as they are given."""
        data = self.supplementary_data
        return data.related_ids if data and data.related_ids else RelatedIds()


class UnitPayments(StrictPayload):
    authorizations: tuple[Operation, ...] = Field((), max_length=ELEMENTS_MAX, strict=False)
    captures: tuple[Operation, ...] = Field((), max_length=ELEMENTS_MAX, strict=False)
    refunds: tuple[Operation, ...] = Field((), max_length=ELEMENTS_MAX, strict=False)


class PurchaseUnit(StrictPayload):
    amount: Amount | None = None
    custom_id: Text | None = None
    invoice_id: Text | None = None
    payments: UnitPayments | None = None


class Order(StrictPayload):
    id: Name
    status: Word
    intent: Word | None = None
    create_time: Time
    update_time: Time | None = None
    purchase_units: tuple[PurchaseUnit, ...] = Field((), max_length=ELEMENTS_MAX, strict=False)


class DisputedTransaction(StrictPayload):
    seller_transaction_id: Name
    gross_amount: Amount | None = None


class DisputeOutcome(StrictPayload):
    outcome_code: Word | None = None
    amount_refunded: Amount | None = None


class Dispute(StrictPayload):
    dispute_id: Name
    status: Word
    create_time: Time
    update_time: Time | None = None
    reason: Text | None = None
    dispute_amount: Amount
    dispute_outcome: DisputeOutcome | None = None
    disputed_transactions: tuple[DisputedTransaction, ...] = Field(
        min_length=1, max_length=50, strict=False
    )


class Event(StrictPayload):
    id: Name
    event_type: Annotated[Text, StringConstraints(min_length=1)]
    create_time: Time
    resource_type: Text | None = None
    resource: dict[str, Any]
