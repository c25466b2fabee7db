"""How the state keeps the order document: smaller, readable for ever, invisible from outside."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.json import encode as write

from domain import kept_document
from domain.codec import decode_order, encode_message, encode_order
from domain.document import Address, Document, Line, Party
from domain.identity import digest
from domain.kept_document import pack_document, unpack_document
from domain.order import Order
from domain.snapshot import take_snapshot
from tests.domain.builders import RULES, placed, run

HOME = Address(name="Noor Haas", street=("Kade 3",), postal_code="9000", city="Gent", country="BE")
DOCUMENT = write(
    Document(
        currency="EUR",
        total=6490,
        lines=(Line(line_id="31", quantity=3, sku="LAMP-3", title="Lamp", unit_price=1652),),
        number="4711",
        payment_method="online",
        source_status="completed",
        customer=Party(name="Noor Haas", email="noor@shop.test"),
        ship_to=HOME,
        bill_to=HOME,
    )
)
RELEASED = {1: 7591017330301209198}
"""The digest of each dictionary: states are written with it, so it is never another one."""
OF_RELEASE_1 = (
    "AQAAAcDDnQHMTCxxZABjUAggEqwx0DpwgvVx9A3QNQbKwZKtT2JuAZCLknTNTI1Qkq6JuSHIONxJCD09"
    "wIs7kGeQYhPqeb/8/CIFj8TEYqA0LAbzgGIOxRn5BXolqcUl2CMMWR8i9LwTU1IVjDHjyxIlvtyhVQ88"
    "aJ1csccM1S2pBQA="
)


@given(st.text())
def test_what_was_packed_is_unpacked_to_the_byte(text):
    """
    Whatever the document holds.
    """
    document = b'{"note":"%b"}' % text.encode()

    assert unpack_document(pack_document(document)) == document


def test_a_document_takes_less_than_half_its_room():
    """
    Field names and common words cost next to nothing.
    """
    assert len(pack_document(DOCUMENT)) * 2 < len(DOCUMENT)


def test_a_document_that_packing_makes_longer_stays_plain():
    """
    Nothing is paid for what does not pay.
    """
    assert pack_document(b"{}") == b"{}"


def test_what_the_first_release_packed_is_read():
    """
    Whatever zlib, level or dictionary is the newest today.
    """
    assert unpack_document(base64.b64decode(OF_RELEASE_1)) == DOCUMENT


def test_a_dictionary_is_never_changed():
    """
    Another one joins under the next number.
    """
    told = {number: digest(words) for number, words in kept_document._DICTIONARIES.items()}

    assert told == RELEASED


def test_no_dictionary_has_the_number_that_begins_plain_json():
    """
    The first byte tells the two apart.
    """
    assert ord("{") not in kept_document._DICTIONARIES


def test_a_dictionary_of_a_later_release_is_not_guessed():
    """
    A wrong document would be worse than none.
    """
    with pytest.raises(KeyError):
        unpack_document(b"\x7f" + pack_document(DOCUMENT)[1:])


def test_an_order_shows_its_document_as_it_was_told():
    """
    The state holds it packed and the snapshot plain, also after the state was written and read.
    """
    told = placed()
    order: Order = run([told]).order

    again = decode_order(encode_order(order))

    assert again.head.document[0] == 1
    assert write(told.body) in encode_message(take_snapshot(again, RULES))
