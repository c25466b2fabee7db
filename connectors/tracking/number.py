"""The form in which tracking numbers are compared: no space, no dash, capitals."""

from typing import Final

CHARACTERS_MAX: Final = 100


def parcel_number(text: str) -> str:
    """Bring a tracking number into the form that references use; raises `ValueError`."""
    number = "".join(text.split()).replace("-", "").upper()
    if not number or len(number) > CHARACTERS_MAX or not number.isprintable():
        raise ValueError("is no tracking number")
    return number
