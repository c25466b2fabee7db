"""What a body is written in: JSON, XML or a form. The body decides, not what a header claims.

A byte order mark is taken off and gzip is undone, for proxies and exports leave both in place.
"""

import zlib
from collections.abc import Collection
from typing import Final

from connectors import json_body
from connectors.delivery import BODY_BYTES_MAX, Format, Quarantined
from connectors.form_body import looks_like_form, parse_form
from connectors.xml_body import looks_like_xml, parse_xml

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"

_GZIP: Final = b"\x1f\x8b\x08"
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS
_NAMES: Final = {"json": "JSON", "xml": "XML", "form": "a form"}


def format_of(body: bytes) -> Format:
    """Tell how a body is written; what is neither XML nor a form counts as (broken) JSON."""
    if json_body.looks_like_json(body):
        return "json"
    if looks_like_xml(body):
        return "xml"
    return "form" if looks_like_form(body) else "json"


def admit(
    body: bytes, formats: Collection[Format], *, duplicates: bool = True
) -> bytes | Quarantined:
    """Give the body if it may be parsed for a source of these formats, else why not.

    XML has its limits in its parser, which needs no second look for them.
    """
    if body.startswith(_GZIP):
        inflated = _inflated(body)
        if isinstance(inflated, Quarantined):
            return inflated
        body = inflated
    body = body.removeprefix(BYTE_ORDER_MARK)
    written = format_of(body)
    admitted = (
        json_body.guard_size(body, BODY_BYTES_MAX) or body
        if written == "xml"
        else json_body.admit(body, duplicates=duplicates)
    )
    if isinstance(admitted, Quarantined) or written in formats:
        return admitted
    expected = " or ".join(_NAMES[each] for each in formats)
    return Quarantined(reason=f"is {_NAMES[written]}, not {expected}", field="body")


def _inflated(body: bytes) -> bytes | Quarantined:
    """Undo gzip as far as a body may be long, so that a small bomb stays small."""
    if len(body) > BODY_BYTES_MAX:
        return Quarantined(reason=f"body over {BODY_BYTES_MAX} bytes", field="body")
    inflating = zlib.decompressobj(_GZIP_WINDOW)
    try:
        inflated = inflating.decompress(body, BODY_BYTES_MAX + 1)
    except zlib.error:
        return Quarantined(reason="gzip that is damaged", field="body")
    if inflating.unused_data or (len(inflated) <= BODY_BYTES_MAX and not inflating.eof):
        reason = "gzip that is cut short or has something behind it"
        return Quarantined(reason=reason, field="body")
    return inflated


def parse(body: bytes, *, attributes: bool = True) -> object:
    """Parse a body into plain values; raises `ValueError` where it is malformed.

    `attributes` is for XML alone, see `xml_body`.
    """
    if isinstance(body, json_body.Parsed):
        return body.value
    match format_of(body):
        case "xml":
            return parse_xml(body, attributes=attributes)
        case "form":
            return parse_form(body)
        case _:
            return json_body.parse(body)


def malformed(body: bytes, error: ValueError) -> Quarantined:
    """Turn what `parse` raised into a quarantine."""
    reason = f"malformed {_NAMES[format_of(body)].removeprefix('a ')}: {error}"
    return Quarantined(reason=reason[:200], field="body")
