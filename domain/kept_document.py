"""The order document as the state keeps it: deflated, with a dictionary of what all have in common.

It is the largest part of most states and read seldom: for a snapshot, and where a command needs
it. The first byte tells the form: `{` is plain JSON, a number is that of the dictionary; length
and raw deflate follow. What is compared (digest, rank) are always the plain bytes, so that neither form
nor zlib's version can be seen from outside. A dictionary never changes once it was released:
another one gets the next number, and all of them can be read (ADR 43).
"""

import struct
import zlib
from typing import Final

_DICTIONARY_1: Final = (
    b'draftunknownmanualpaymentfraudaddressstockcustomermarketplacesuspendedother"hold":"payment"'
    b',"cancelled":1"warehouse":"","drop_shippable":true,"replaces":"},{"line_id":"'
    b'"total_unknown":true,"pickup":true,"ship_by":"2026-"promised_at":"2026-'
    b'"company":""region":""],"postal_code":"","region":"","country":"CN"CA"AU"IT"ES"NL"FR"'
    b"processing completed unshipped on-hold refunded cancelled authorized open Unfulfilled"
    b" Credit Card PayPal Klarna Stripe Invoice Cash on delivery Bank transfer Apple Pay"
    b" Free Shipping Express Standard Shipping DHL UPS FedEx Ground Street Road Avenue "
    b'GBPUSDJPYCHFPLN@hotmail.com@outlook.com@yahoo.com@web.de@gmail.com"en-US"de-DE"'
    b'{"currency":"EUR","total":1000,"lines":[{"line_id":"10000000","quantity":2,"sku":"'
    b'","title":"","unit_price":2500},{"line_id":"20000000","quantity":1,"sku":"","title":"'
    b'","unit_price":1999}],"number":"#1000","placed_at":"2026-01-01T00:00:00Z'
    b'","shipping_total":500,"tax_total":000,"discount_total":000,"payment_method":"manual'
    b'","payment_method":"online","payment_method_name":"","source_status":"pending'
    b'","source_status":"paid","validity":"pending","validity":"valid","shipping_method":"'
    b'","note":"","customer":{"customer_id":"1000","name":"","email":".com","phone":"+1'
    b'","locale":"en"},"ship_to":{"name":"","company":"","street":["","'
    b'"],"postal_code":"1000","city":"","region":"","country":"DE","phone":"+49'
    b'"},"bill_to":{"name":"","street":["1 '
    b'"],"city":"","country":"US"}}'
)
"""Field names of `Document` as JSON writes them, its words and common values; the likeliest last."""

_DICTIONARIES: Final = {1: _DICTIONARY_1}
_NEWEST: Final = max(_DICTIONARIES)
_HEAD: Final = struct.Struct(">BI")
"""The dictionary's number and how long the document is: so it is written where it stays."""
_LEVEL: Final = 2
_WINDOW_BITS: Final = -12
"""Negative: no header, no checksum. A window of 4 kB holds the dictionary and most documents."""
_MEMORY_LEVEL: Final = 5
_PLAIN: Final = ord("{")


def pack_document(document: bytes) -> bytes:
    """Give the form in which a state keeps a document: the shorter one."""
    deflate = zlib.compressobj(
        _LEVEL,
        zlib.DEFLATED,
        _WINDOW_BITS,
        _MEMORY_LEVEL,
        zlib.Z_FIXED,
        _DICTIONARIES[_NEWEST],
    )
    head = _HEAD.pack(_NEWEST, len(document))
    packed = b"".join((head, deflate.compress(document), deflate.flush()))
    return packed if len(packed) < len(document) else document


def unpack_document(kept: bytes) -> bytes:
    """Give the document as JSON; raises KeyError for a dictionary of a later release."""
    if kept[0] == _PLAIN:
        return kept
    number, size = _HEAD.unpack_from(kept)
    inflate = zlib.decompressobj(_WINDOW_BITS, _DICTIONARIES[number])
    return inflate.decompress(memoryview(kept)[_HEAD.size :], size)
