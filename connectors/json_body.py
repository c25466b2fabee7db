"""Refuses a body that no connector should parse: too big, too deep, not text, ambiguous.

The limits are those of the ingress (spec reliability, section 5). The cheap checks look at the
bytes once; whatever they suspect goes to a precise scan. Only the question whether a key stands
twice needs a parser and doubles the cost, so callers may leave it out where the gateway has
asked it already. Bodies that are no JSON, such as a form, pass: what they are is for the
connector to say, as it is for JSON that is malformed.
"""

import json
import re
from typing import Final, NoReturn

import msgspec

from connectors.delivery import BODY_BYTES_MAX, Quarantined

DEPTH_MAX: Final = 32
"""Real payloads stay below 12; parsers recurse, so depth is their memory."""

DIGITS_MAX: Final = 24
"""Ids need 20 (64 bits); beyond that a number is an attempt to burn time."""

STRING_BYTES_MAX: Final = 64 * 1024
"""Longer than any field that we keep (`domain.document.Text`) by a factor of 16."""

_DIGITS: Final = b"0123456789"
_NOT_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))
_SHOW_DIGITS: Final = bytes(0x30 if byte in _DIGITS else 0x20 for byte in range(256))
_LONG_NUMBER: Final = b"0" * (DIGITS_MAX + 1)
_ESCAPED_COLON: Final = (b"\\u003a", b"\\u003A")
_TOKEN: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', re.DOTALL)
"""A string, closed or not (so that no text makes the pattern start over), or a bracket."""

_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder().decode
_skip: Final = msgspec.json.Decoder(msgspec.Raw).decode


class _RefusedError(ValueError):
    """Carries why, out of the callbacks of the standard library's parser."""


class Parsed(bytes):
    """A body and what it was parsed to on the way, so that nobody has to parse it again."""

    value: object


def guard(
    body: bytes, bytes_max: int = BODY_BYTES_MAX, *, duplicates: bool = True
) -> Quarantined | None:
    """Say why the body must not be parsed; None where it may."""
    admitted = admit(body, bytes_max, duplicates=duplicates)
    return admitted if isinstance(admitted, Quarantined) else None


def admit(
    body: bytes, bytes_max: int = BODY_BYTES_MAX, *, duplicates: bool = True
) -> bytes | Quarantined:
    """Give the body if it may be parsed, as `Parsed` where asking for duplicates parsed it."""
    if refused := guard_size(body, bytes_max):
        return refused
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        return Quarantined(reason="not UTF-8", field="body", value=f"byte {error.start}")
    if not looks_like_json(body):
        return body
    return _admit_json(body, text, duplicates=duplicates)


def guard_size(body: bytes, bytes_max: int) -> Quarantined | None:
    """Say whether the body is too large, or nothing at all."""
    if len(body) > bytes_max:
        value = f"{len(body)} bytes"
        return Quarantined(reason=f"body over {bytes_max} bytes", field="body", value=value)
    if not body or body.isspace():
        return Quarantined(reason="empty body", field="body")
    return None


def parse(body: bytes) -> object:
    """Parse a body into plain values, integers exact; raise `ValueError` where it is malformed."""
    if isinstance(body, Parsed):
        return body.value
    try:
        return _decode(body)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def looks_like_json(body: bytes) -> bool:
    """Whether the body starts as a JSON object or array does."""
    if body.startswith((b"{", b"[")):
        return True
    return body[:64].lstrip()[:1] in (b"{", b"[") if body else False


def _admit_json(body: bytes, text: str, *, duplicates: bool) -> bytes | Quarantined:
    if _too_deep(body):
        return Quarantined(reason=f"nested deeper than {DEPTH_MAX}", field="body")
    admitted = _distinct_keys(body) if duplicates else _well_formed(body)
    suspicious = (
        admitted is None
        or _LONG_NUMBER in body.translate(_SHOW_DIGITS)
        or len(body) > STRING_BYTES_MAX
    )
    reason = _precise(text) if suspicious else ""
    return Quarantined(reason=reason, field="body") if reason else admitted or body


def _too_deep(body: bytes) -> bool:
    """Tell whether brackets nest too deep, by taking innermost pairs away level by level.

    Brackets inside strings may spoil the count: if they leave a rest, a precise look decides; if
    they hide a level, the parsers' own limits hold (200 in pydantic, the stack in msgspec), and
    both answer with an error, not a crash.
    """
    if body.count(b"{") + body.count(b"[") <= DEPTH_MAX:
        return False
    brackets = body.translate(None, _NOT_BRACKETS)
    for _ in range(DEPTH_MAX):
        if not brackets:
            return False
        shorter = brackets.replace(b"[]", b"").replace(b"{}", b"")
        if len(shorter) == len(brackets):
            break
        brackets = shorter
    return bool(brackets) and _depth_over(body)


def _depth_over(body: bytes) -> bool:
    """Count the brackets outside of strings, in one pass."""
    depth = 0
    for token in _TOKEN.finditer(body):
        mark = token[0]
        if mark in {b"[", b"{"}:
            depth += 1
            if depth > DEPTH_MAX:
                return True
        elif mark in {b"]", b"}"}:
            depth -= 1
    return False


def _well_formed(body: bytes) -> bytes | None:
    """Give the body; None if it breaks the grammar: `NaN`, a lone surrogate, cut short."""
    try:
        _skip(body)
    except (ValueError, RecursionError):
        return None
    return body


def _distinct_keys(body: bytes) -> Parsed | None:
    """Parse the body; None if a key may be lost by that, as colons before and after tell.

    Strings keep theirs and numbers have none, so fewer colons are keys that were overwritten.
    Escaped colons would spoil the count, so a body that has them is looked at precisely. A body
    that is written again as it was needs no count.
    """
    if b"\\" in body and any(escape in body for escape in _ESCAPED_COLON):
        return None
    try:
        value = _decode(body)
        again = _encode(value)
        if again != body and again.count(b":") != body.count(b":"):
            return None
    except (ValueError, RecursionError):
        return None  # Malformed, or a number beyond what is written again.
    parsed = Parsed(body)
    parsed.value = value
    return parsed


def _precise(text: str) -> str:
    """Name the first thing in the text that no parser should be asked to swallow."""
    try:
        value = _PARSER.decode(text)
        _encode(value)
    except _RefusedError as refused:
        return str(refused)
    except UnicodeEncodeError:
        return "lone surrogate in a string"
    except RecursionError:
        return f"nested deeper than {DEPTH_MAX}"
    except ValueError:
        return ""  # Malformed: the connector's own parser says where.
    if len(text) > STRING_BYTES_MAX and _has_long_string(value):
        return f"string over {STRING_BYTES_MAX} bytes"
    return ""


def _has_long_string(value: object) -> bool:
    level = [value]
    while level:
        if any(isinstance(each, str) and len(each) > STRING_BYTES_MAX for each in level):
            return True
        level = [inner for each in level for inner in _parts(each)]
    return False


def _parts(value: object) -> list[object]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, list) else []


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Build an object whose keys are all different."""
    built = dict(pairs)
    if len(built) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]  # set.add is None on purpose
        raise _RefusedError(f"key twice in one object: {twice[:80]}")
    return built


def _number(digits: str) -> int:
    """Read an integer of bounded length; its value is of no interest here."""
    if len(digits) > DIGITS_MAX:
        raise _RefusedError(f"number over {DIGITS_MAX} digits")
    return int(digits)


def _fraction(digits: str) -> float:
    """Read a decimal number of bounded length; its value is of no interest here."""
    if len(digits) > DIGITS_MAX + 8:
        raise _RefusedError(f"number over {DIGITS_MAX} digits")
    if abs(number := float(digits)) > 10**DIGITS_MAX:
        raise _RefusedError("number out of range")
    return number


def _constant(name: str) -> NoReturn:
    raise _RefusedError(f"{name} is no JSON number")


_PARSER: Final = json.JSONDecoder(
    object_pairs_hook=_distinct,
    parse_int=_number,
    parse_float=_fraction,
    parse_constant=_constant,
)
