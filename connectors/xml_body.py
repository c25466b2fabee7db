"""Reads XML into plain values, so that a connector reads it like JSON.

`<a x="1"><b>t</b><c/><c/></a>` becomes `{"a": {"@x": "1", "b": "t", "c": ["", ""]}}`: names lose
their namespace, an element of text alone is its text without the space around it, an element
that stands several times is a list, `xsi:nil` is None; text beside attributes or elements is
`#text`. There is no document type and no entity, so nothing is expanded and nothing is fetched.
"""

from typing import Any, Final
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from connectors.json_body import DEPTH_MAX, STRING_BYTES_MAX

ELEMENTS_MAX: Final = 20_000
"""The largest carrier answers seen have some 400; each costs a few microseconds to read."""

ATTRIBUTES_MAX: Final = 64
"""Of one element; the most seen are 50."""

_NIL: Final = "{http://www.w3.org/2001/XMLSchema-instance}nil"


def looks_like_xml(body: bytes) -> bool:
    """Whether the body starts as an XML document does."""
    return body[:64].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"


def parse_xml(body: bytes, *, attributes: bool = True) -> dict[str, Any]:  # Any: plain values
    """Parse a document into one object whose only key is its root.

    `attributes=False` leaves them out where a source says nothing in them. Raises `ValueError`
    where the document is malformed or beyond a limit.
    """
    builder = _Builder(attributes=attributes)
    parser = DefusedXMLParser(target=builder, forbid_dtd=True)
    try:
        parser.feed(body.lstrip())
        parser.close()
    except DefusedXmlException as error:
        raise ValueError("document type or entity") from error
    except (ParseError, LookupError) as error:
        raise ValueError(str(error)) from error
    return builder.built


class _Builder:
    """Takes what the parser meets, in its order, and puts it into plain values."""

    def __init__(self, *, attributes: bool) -> None:
        self._attributes = attributes
        self._open: list[dict[str, Any]] = [{}]  # Any: as above
        self._texts: list[list[str]] = [[]]
        self._elements = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Begin an element."""
        del tag
        self._elements += 1
        if self._elements > ELEMENTS_MAX:
            raise ValueError(f"over {ELEMENTS_MAX} elements")
        if len(self._open) > DEPTH_MAX:
            raise ValueError(f"nested deeper than {DEPTH_MAX}")
        if len(attributes) > ATTRIBUTES_MAX:
            raise ValueError(f"over {ATTRIBUTES_MAX} attributes")
        read: dict[str, Any] = {}  # Any: as above
        for name, value in attributes.items():
            if name == _NIL and value.strip() in {"true", "1"}:
                read[_NIL] = None
            elif self._attributes:
                read[f"@{_local(name)}"] = _bounded(value)
        self._open.append(read)
        self._texts.append([])

    def data(self, text: str) -> None:
        """Take a piece of text."""
        self._texts[-1].append(text)

    def end(self, tag: str) -> None:
        """Close an element and hand its value to the one around it."""
        read = self._open.pop()
        text = _bounded("".join(self._texts.pop()).strip())
        value: object = read
        if _NIL in read:
            value = None
        elif not read:
            value = text
        elif text:
            read["#text"] = text
        _add(self._open[-1], _local(tag), value)

    @property
    def built(self) -> dict[str, Any]:  # Any: as above
        """What is read so far: all of it once every element is closed."""
        return self._open[0]


def _add(parent: dict[str, Any], name: str, value: object) -> None:  # Any: plain values
    """Put a child in; from the second of one name on they are a list."""
    if name not in parent:
        parent[name] = value
    elif isinstance(parent[name], list):
        parent[name].append(value)
    else:
        parent[name] = [parent[name], value]


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _bounded(text: str) -> str:
    if len(text) > STRING_BYTES_MAX:
        raise ValueError(f"string over {STRING_BYTES_MAX} bytes")
    return text
