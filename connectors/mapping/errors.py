"""What can be wrong with a mapping, and with a payload that it reads."""

from connectors.delivery import Quarantined
from connectors.quarantine import shown


class MappingError(Exception):
    """A mapping that cannot work: names the file, the row at fault and what is wrong with it."""


class NotUnderstood(ValueError):  # noqa: N818 - says what is wrong, not that something is
    """A value of a payload that cannot be read; carries its path, the value and why."""

    def __init__(self, reason: str, field: str, value: object) -> None:
        super().__init__(f"{field}: {reason}")
        self.reason = reason
        self.field = field
        self.value = value

    def quarantined(self, at: str) -> Quarantined:
        """Say it as a quarantine of the element at this place."""
        field = f"{at}.{self.field}" if at else self.field
        return Quarantined(reason=self.reason, field=field, value=shown(self.value))
