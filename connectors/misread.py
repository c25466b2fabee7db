"""What a payload says where it should say something else."""


class Misread(ValueError):  # noqa: N818 - says what is wrong, not that something is
    """A part of a payload that cannot be read; carries which field, its value and why."""

    def __init__(self, reason: str, field: str, value: object) -> None:
        super().__init__(f"{field}: {reason}")
        self.reason = reason
        self.field = field
        self.value = value
