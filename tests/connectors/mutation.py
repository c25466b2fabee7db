"""Samples with something odd in them: for Hypothesis, which picks the place and the oddity."""

import copy
import json
from contextlib import suppress
from xml.etree import ElementTree as ET

from hypothesis import strategies as st

from tests.connectors.kit import DELETE, Sample, paths, put

ODD = [
    None, True, False, 0, -1, 1, 1.5, 2.0, 1e300, 10**40, 2**63, "", " ", "x", "-1", "0", "NaN",
    "1e9", "é" * 5_000, [], {}, [None], [[]], {"id": 1}, [{"id": "x"}], "\x00", "a b/c", "USD",
    "JPY", "BTC", "2024-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "2024-05-01",
    "9999-12-31T23:59:59-14:00", "2024-05-01T10:00:00", 1714557600, 1714557600000, "-5.00", 1e-7,
    "99999999999999999999", "completed", "cancelled", "refunded", "delivered", "unheard of",
    DELETE,
]  # fmt: skip

NOISE = st.binary(max_size=300) | st.sampled_from(
    [b"{}", b"[]", b"[{}]", b"null", b"0", b'"x"', b"<a/>", b"id=1", b"\xef\xbb\xbf{}", b"{"]
)


@st.composite
def mutations(draw, samples: list[Sample]) -> tuple[bytes, dict[str, str]]:
    """Draw a body that was a sample, and the headers that it may come with."""
    sample = draw(st.sampled_from(samples))
    headers = draw(st.sampled_from([sample.headers, {}]))
    way = draw(st.sampled_from(["values", "values", "values", "cut", "twice"]))
    if way == "cut":
        return sample.body[: draw(st.integers(0, len(sample.body)))], headers
    mutate = {".json": _json, ".xml": _xml, ".form": _form}[sample.path.suffix]
    return mutate(draw, sample.body, twice=way == "twice"), headers


def _json(draw, body: bytes, *, twice: bool) -> bytes:
    content = json.loads(body)
    places = [(), *paths(content)]
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(places))
        value = _at(content, draw(st.sampled_from(places))) if twice else draw(ODDITIES)
        if not place:
            content = [content] if twice else content
            continue
        with suppress(KeyError, IndexError, TypeError):
            put(content, place, value)
    return json.dumps(content).encode()


def _at(content, place: tuple):
    """Take what stands at a place, to put it where it does not belong."""
    with suppress(KeyError, IndexError, TypeError):
        for key in place:
            content = content[key]
    return copy.deepcopy(content)


def _xml(draw, body: bytes, *, twice: bool) -> bytes:
    root = ET.fromstring(body)
    for _ in range(draw(st.integers(1, 3))):
        parent = draw(st.sampled_from(list(root.iter())))
        if twice and len(parent):
            parent.append(copy.deepcopy(draw(st.sampled_from(list(parent)))))
        elif len(parent) and draw(st.booleans()):
            parent.remove(draw(st.sampled_from(list(parent))))
        else:
            parent.text = _text(draw(ODDITIES))
            for name in parent.attrib:
                parent.set(name, _text(draw(ODDITIES)))
    return ET.tostring(root)


def _form(draw, body: bytes, *, twice: bool) -> bytes:
    return body.strip() + b"&" + body.strip() if twice else b"id=" + _text(draw(ODDITIES)).encode()


def _text(odd: object) -> str:
    return "" if odd is DELETE or odd is None else str(odd).replace("\x00", "")


ODDITIES = st.sampled_from(ODD)
