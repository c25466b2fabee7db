"""What we read of Adyen's notifications; everything else is left where it is."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

from connectors.payload import StrictPayload, Time


def _truth(value: object) -> object:
    """Read a truth value, which Adyen writes as text."""
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def _nothing(value: object) -> object:
    """Read empty text as nothing: forms send every field."""
    return None if value == "" else value


def _fields(value: object) -> object:
    return {} if value is None else value


Truth = Annotated[bool, BeforeValidator(_truth)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,128}$")]
OptionalName = Annotated[Name | None, BeforeValidator(_nothing)]
Word = Annotated[str, StringConstraints(max_length=200)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Units = Annotated[int, Field(ge=0, le=10**15)]
Data = Annotated[dict[str, Any], BeforeValidator(_fields)]  # Any: text, as far as it is read


class Amount(StrictPayload):
    currency: Currency
    value: Units


class Item(StrictPayload):
    additional_data: Data = Field(default_factory=dict, alias="additionalData")
    amount: Amount | None = None
    event_code: Annotated[Word, StringConstraints(min_length=1)] = Field(alias="eventCode")
    event_date: Time = Field(alias="eventDate")
    merchant_reference: Word | None = Field(default=None, alias="merchantReference")
    operations: tuple[Word, ...] | None = Field(default=None, max_length=20, strict=False)
    original_reference: OptionalName = Field(default=None, alias="originalReference")
    psp_reference: Name = Field(alias="pspReference")
    reason: Annotated[str, StringConstraints(max_length=2_000)] | None = None
    success: Truth

    def more(self, name: str) -> str:
        """Give a word of the additional data, empty where there is none."""
        value = self.additional_data.get(name)
        return value if isinstance(value, str) else ""
