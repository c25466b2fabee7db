"""XML and forms: what becomes of them, and which of them no connector gets to see."""

import gzip
from contextlib import suppress
from typing import Annotated
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.body import admit, format_of, malformed, parse
from connectors.delivery import BODY_BYTES_MAX
from connectors.form_body import FIELDS_MAX
from connectors.json_body import DEPTH_MAX, STRING_BYTES_MAX
from connectors.payload import MANY, Payload, Words
from connectors.xml_body import ATTRIBUTES_MAX, ELEMENTS_MAX

FORMATS = [
    (b'{"a": 1}', "json"),
    (b" \n[1]", "json"),
    (b'<?xml version="1.0"?><a/>', "xml"),
    (b"\xef\xbb\xbf\n<a/>", "xml"),
    (b"<!doctype html><p>504", "xml"),
    (b"id=tr_8Yx", "form"),
    (b"webhook_id=42\n", "form"),
    (b"a%5Bb%5D=1&c=", "form"),
    (b"a[b]=1", "form"),
    (b"", "json"),
    (b"null", "json"),
    (b'"a=b"', "json"),
    (b"a b=1", "json"),
    (b"\xff\xfe<\x00", "json"),
]

XML = [
    (b"<a/>", {"a": ""}),
    (b"<a> \n t \t</a>", {"a": "t"}),
    (b"<a>\n<![CDATA[ 6 ]]>\n</a>", {"a": "6"}),
    (b"<a><b>1</b></a>", {"a": {"b": "1"}}),
    (b"<a><b>1</b><c/><b>2</b><b>3</b></a>", {"a": {"b": ["1", "2", "3"], "c": ""}}),
    (b'<a x="1">t</a>', {"a": {"@x": "1", "#text": "t"}}),
    (b'<a x="1"/>', {"a": {"@x": "1"}}),
    (b"<a>s<b/>t</a>", {"a": {"b": "", "#text": "st"}}),
    (b'<n:a xmlns:n="urn:n"><n:b n:x="1"/></n:a>', {"a": {"b": {"@x": "1"}}}),
    (b'<a xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/>', {"a": None}),
    (b"<a>&lt;&amp;&#228;</a>", {"a": "<&ä"}),
    (b'<?xml version="1.0" encoding="ISO-8859-1"?><a>\xe4</a>', {"a": "ä"}),
    (b"<a><!-- no --><?no no?>t</a>", {"a": "t"}),
    (b"<a>" + b"<b>" * (DEPTH_MAX - 2) + b"</b>" * (DEPTH_MAX - 2) + b"</a>", None),
]

REFUSED = [
    (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "document type or entity"),
    (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "document type or entity"),
    (b"<!DOCTYPE a><a/>", "document type or entity"),
    (b"<a>&b;</a>", "undefined entity"),
    (b"<b>" * (DEPTH_MAX + 1) + b"</b>" * (DEPTH_MAX + 1), "nested deeper than 32"),
    (b"<b>" * 50_000, "nested deeper than 32"),
    (b"<a>" + b"<b/>" * ELEMENTS_MAX + b"</a>", "over 20000 elements"),
    (b"<a>" + b"x" * (STRING_BYTES_MAX + 1) + b"</a>", "string over 65536 bytes"),
    (b'<a b="' + b"x" * (STRING_BYTES_MAX + 1) + b'"/>', "string over 65536 bytes"),
    (b"<a" + b"".join(b' b%d=""' % n for n in range(ATTRIBUTES_MAX + 1)) + b"/>", "attributes"),
    (b'<a b="1" b="2"/>', "duplicate attribute"),
    (b"<a><b></a>", "mismatched tag"),
    (b"<a>", "no element found"),
    (b"<a/><b/>", "junk after document element"),
    (b"<a>\xff</a>", "not well-formed"),
    (b"<a>\x00</a>", "not well-formed"),
    (b'<?xml version="1.0" encoding="klingon"?><a/>', "unknown encoding"),
    (b"a=1&a=2", "field twice"),
    (b"a=%ff", "can't decode byte"),
    (b"a=1&&b=2", "bad query field"),
    (b"&".join(b"a%d=" % n for n in range(FIELDS_MAX + 1)), "Max number of fields exceeded"),
]


@pytest.mark.parametrize(("body", "expected"), FORMATS)
def test_a_body_says_itself_how_it_is_written(body, expected):
    assert format_of(body) == expected


@pytest.mark.parametrize(("body", "expected"), XML, ids=lambda value: str(value)[:30])
def test_xml_becomes_plain_values(body, expected):
    assert expected is None or parse(body) == expected
    parse(body)


@pytest.mark.parametrize(("body", "reason"), REFUSED, ids=lambda value: str(value)[:30])
def test_a_dangerous_document_is_refused_with_its_reason(body, reason):
    with pytest.raises(ValueError, match=reason) as caught:
        parse(body)

    assert malformed(body, caught.value).reason.startswith("malformed ")
    assert len(malformed(body, caught.value).reason) <= 200


@pytest.mark.parametrize(
    ("body", "formats", "reason"),
    [
        (b"<a/>", ("json",), "is XML, not JSON"),
        (b"<!DOCTYPE html><p>504", ("json", "form"), "is XML, not JSON or a form"),
        (b"id=1", ("json",), "is a form, not JSON"),
        (b"{}", ("xml",), "is JSON, not XML"),
        (b"<a>" + b" " * BODY_BYTES_MAX + b"</a>", ("xml",), "body over 262144 bytes"),
        (b" ", ("xml",), "empty body"),
        (b"a=\xff", ("form",), "not UTF-8"),
        (b'{"a":1,"a":2}', ("json",), "key twice in one object: a"),
    ],
)
def test_a_body_in_another_format_than_the_sources_goes_no_further(body, formats, reason):
    assert admit(body, formats).reason == reason


@pytest.mark.parametrize("body", [b"<a/>", b"id=1", b"{}"])
def test_a_body_in_a_format_of_the_source_passes(body):
    assert admit(body, ("json", "xml", "form")) == body


MARK = b"\xef\xbb\xbf"


@pytest.mark.parametrize("body", [b"<a/>", b"id=1", b"{}"])
def test_a_byte_order_mark_and_gzip_are_taken_off(body):
    """Exports write the one, proxies leave the other; neither is of the payload."""
    formats = ("json", "xml", "form")

    assert admit(MARK + body, formats) == body
    assert admit(gzip.compress(body), formats) == body
    assert admit(gzip.compress(MARK + body), formats) == body


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (gzip.compress(b"{}")[:-9], "gzip that is cut short or has something behind it"),
        (gzip.compress(b"{}") + b"{}", "gzip that is cut short or has something behind it"),
        (b"\x1f\x8b\x08{}", "gzip that is damaged"),
        (gzip.compress(b" " * 10 * BODY_BYTES_MAX), f"body over {BODY_BYTES_MAX} bytes"),
        (b"\x1f\x8b\x08" + b" " * BODY_BYTES_MAX, f"body over {BODY_BYTES_MAX} bytes"),
        (gzip.compress(b""), "empty body"),
        (gzip.compress(gzip.compress(b"{}")), "not UTF-8"),
    ],
    ids=lambda value: str(value)[-20:],
)
def test_gzip_that_holds_no_body_is_refused(body, reason):
    """A bomb is inflated no further than a body may be long."""
    assert admit(body, ("json",)).reason == reason


def test_a_form_is_an_object_of_texts():
    assert parse(b"id=tr_8Yx&testmode=&a%5Bb%5D=x+y\n") == {
        "id": "tr_8Yx",
        "testmode": "",
        "a[b]": "x y",
    }


def test_attributes_may_be_left_out():
    assert parse(b'<a x="1"><b y="2">t</b></a>', attributes=False) == {"a": {"b": "t"}}


class Scan(Payload):
    code: Words = ""


class Parcel(Payload):
    """As a connector of an XML source describes what it reads."""

    number: Words
    scans: Annotated[tuple[Scan, ...], *MANY] = ()


@pytest.mark.parametrize(
    ("scans", "codes"),
    [
        (b"", []),
        (b"<scans/>", []),
        (b"<scans><code>A</code></scans>", ["A"]),
        (b"<scans><code/></scans>", [""]),
        (b"<scans><code l='1'>A</code></scans><scans><code l='2'/></scans>", ["A", ""]),
    ],
)
def test_elements_that_stand_never_once_or_often_are_a_tuple(scans, codes):
    parcel = Parcel.model_validate(parse(b"<a><number> 7 </number>" + scans + b"</a>")["a"])

    assert (parcel.number, [scan.code for scan in parcel.scans]) == ("7", codes)


def test_an_element_of_elements_is_no_text():
    with pytest.raises(ValidationError, match="number"):
        Parcel.model_validate(parse(b"<a><number><b/></number></a>")["a"])


def rendered(name, value):
    """Write plain values as XML with the standard library."""
    element = ET.Element(name)
    if isinstance(value, str):
        element.text = value
    else:
        element.extend(rendered(key, each) for key, each in value.items())
    return element


TEXTS = st.text(st.characters(min_codepoint=33, max_codepoint=0xD7FF), max_size=20).map(str.strip)
TREES = st.recursive(
    TEXTS,
    lambda inner: st.dictionaries(
        st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,8}", fullmatch=True), inner, min_size=1, max_size=4
    ),
    max_leaves=30,
)


@given(TREES, st.sampled_from(["utf-8", "iso-8859-1", "us-ascii"]))
def test_every_plain_document_reads_back(value, encoding):
    document = ET.tostring(rendered("a", value), encoding)

    assert admit(document, ("xml",)) == document
    assert parse(document) == {"a": value}


@given(st.binary(max_size=300), st.sampled_from([b"", b"<a>", b"<a b='", b"id=", b"<!DOCTYPE a "]))
def test_any_bytes_are_values_or_a_value_error(body, start):
    with suppress(ValueError):
        parse(start + body)
