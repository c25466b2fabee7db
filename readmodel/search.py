"""What an order is found by: one folded text, and the question to it in each database's index.

A search is words; an order is found when its text contains each of them. PostgreSQL answers from a
trigram index, SQLite from FTS5 with the trigram tokenizer: both know pieces of three letters, so a
shorter word can only be a whole order number (ADR 21).
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Raw
from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    func,
    literal,
    select,
    text,
    union_all,
)

from readmodel.errors import WrongQuestion
from readmodel.order_table import ORDERS, SEARCH
from readmodel.scope import Scope
from readmodel.seen import DocumentSeen, LineSeen, ParcelSeen, PartySeen

WORDS_MAX: Final = 8
WORD_CHARACTERS_MIN: Final = 3
"""Shorter words have no trigram; an index cannot help to find them."""
_TEXT_CHARACTERS_MAX: Final = 4_000
_FIELD_CHARACTERS_MAX: Final = 200
_QUESTION_CHARACTERS_MAX: Final = 400
_WILDCARDS: Final = str.maketrans({one: f"\\{one}" for one in "\\%_"})

_lines: Final = msgspec.json.Decoder(list[LineSeen]).decode
_parcels: Final = msgspec.json.Decoder(list[ParcelSeen]).decode


def text_of(
    order_key: str, document: DocumentSeen, customer: PartySeen, lines: Raw, parcels: Raw
) -> str:
    """Put together number, customer, items and tracking numbers, folded to one case."""
    said = [order_key.split("/", 2)[2], document.number, customer.name, customer.email]
    said += [parcel.number for parcel in _parcels(parcels)]
    said += [line.sku for line in _lines(lines)]
    said += [article.title for article in document.lines]
    once = dict.fromkeys(one[:_FIELD_CHARACTERS_MAX] for one in said if one)
    return fold("\n".join(once))[:_TEXT_CHARACTERS_MAX]


def fold(said: str) -> str:
    """Make two spellings of a word one, and drop what no text column holds."""
    return said.casefold().replace("\x00", "\ufffd")


def search_clause(question: str, scope: Scope, dialect: str) -> ColumnElement[bool]:
    """Say which orders a search finds; raises WrongQuestion for one that no index can answer."""
    long = long_terms(question)
    if not long:
        return _by_number(question, scope)
    found = _contains_postgresql(long) if dialect == "postgresql" else _contains_sqlite(long)
    return ORDERS.c.order_key.in_(found.where(scope.covers(SEARCH.c.tenant)))


def long_terms(question: str) -> list[str]:
    """Give the words that an index can find; none if one is too short. Raises WrongQuestion."""
    terms = fold(question[:_QUESTION_CHARACTERS_MAX]).split()
    if not terms:
        raise WrongQuestion("a search needs a word")
    if len(terms) > WORDS_MAX:
        raise WrongQuestion(f"a search takes {WORDS_MAX} words at most")
    return terms if all(len(term) >= WORD_CHARACTERS_MIN for term in terms) else []


def _by_number(question: str, scope: Scope) -> ColumnElement[bool]:
    """Ask each column by itself, so that each can use its index."""
    number = question.strip()
    if len(number.split()) > 1:
        wanted = f"{WORD_CHARACTERS_MIN} characters at least"
        raise WrongQuestion(f"a word of a search has {wanted}, unless it is a whole order number")
    aliased = ORDERS.alias()
    short = func.length(aliased.c.external_id) < literal(WORD_CHARACTERS_MIN, literal_execute=True)
    is_it = (
        aliased.c.number.in_([number, f"#{number}"]),
        and_(aliased.c.external_id == number, short),
    )
    by_each = (
        select(aliased.c.order_key).where(one, scope.covers(aliased.c.tenant)) for one in is_it
    )
    return ORDERS.c.order_key.in_(union_all(*by_each))


def _contains_postgresql(terms: list[str]) -> Select[tuple[str]]:
    contained = [SEARCH.c.text.like(f"%{term.translate(_WILDCARDS)}%") for term in terms]
    return select(SEARCH.c.order_key).where(and_(*contained))


def _contains_sqlite(terms: list[str]) -> Select[tuple[str]]:
    phrases = " AND ".join('"' + term.replace('"', '""') + '"' for term in terms)
    rows = text("SELECT rowid FROM order_search_index WHERE order_search_index MATCH :phrases")
    matching = rows.bindparams(bindparam("phrases", phrases))
    return select(SEARCH.c.order_key).where(SEARCH.c.id.in_(matching))
