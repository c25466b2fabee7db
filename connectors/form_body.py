"""Reads a form, `id=tr_x&testmode=1`: how webhooks that carry an id alone often come."""

import re
from typing import Final
from urllib.parse import parse_qsl

FIELDS_MAX: Final = 100
"""Of one form; the richest webhook of this kind has some 50."""

_FORM: Final = re.compile(rb"[A-Za-z0-9_.\[\]%~*+-]+=[^\s<>{}\"]*", re.ASCII)


def looks_like_form(body: bytes) -> bool:
    """Whether the body is a form: names, `=` and values without space or quotes."""
    return _FORM.fullmatch(body.strip()) is not None


def parse_form(body: bytes) -> dict[str, str]:
    """Read the fields of a form; raises `ValueError` where it is malformed or ambiguous."""
    pairs = parse_qsl(
        body.decode().strip(),
        keep_blank_values=True,
        strict_parsing=True,
        errors="strict",
        max_num_fields=FIELDS_MAX,
    )
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("field twice")
    return read
