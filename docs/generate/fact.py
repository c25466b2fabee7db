"""`facts.md`: every kind of fact, the envelope around all of them, and what each body says."""

from enum import EnumType
from itertools import groupby
from typing import get_args

from msgspec import inspect

from docs.generate.page import code, first_sentence, page, prose, table
from docs.generate.shape import fields_table, structs_of, words_table
from domain.envelope import Envelope
from domain.fact import Fact

_ABOUT = """
A fact says what happened outside; it is never refused and never lost. Two deliveries of one
happening are one fact. On the wire a fact is one JSON object: the fields of the envelope, `kind`,
and `body`. Amounts are whole numbers in the currency's minor unit, times are RFC 3339 in UTC;
fields that hold what stands there if they are left out are left out.
The schema is [fact.schema.json](schemas/fact.schema.json).
"""


def facts_page() -> str:
    """Write the page."""
    kinds = get_args(Fact)
    bodies = _bodies(kinds)
    sections = [
        part
        for area, members in groupby(kinds, key=lambda kind: _tag(kind).partition(".")[0])
        for part in (f"### {area}", _kinds_table(list(members)))
    ]
    return page(
        "Facts",
        _ABOUT,
        "## Kinds",
        *sections,
        "## The envelope",
        prose(Envelope),
        fields_table(Envelope),
        "## Bodies",
        *(_body(each, kinds) for each in bodies if not isinstance(each, EnumType)),
        "## Words",
        *(
            f"### {each.__name__}\n\n{words_table(each)}"
            for each in bodies
            if isinstance(each, EnumType)
        ),
    )


def _tag(kind: type) -> str:
    return str(kind.__struct_config__.tag)


def body_of(kind: type) -> type:
    """Find the type of a fact's body."""
    return next(f.type.cls for f in inspect.type_info(kind).fields if f.name == "body")


def _bodies(kinds: tuple[type, ...]) -> list[type]:
    found = [each for kind in kinds for each in structs_of(inspect.type_info(body_of(kind)))]
    return sorted(dict.fromkeys(found), key=lambda each: each.__name__)


def _kinds_table(kinds: list[type]) -> str:
    rows = [
        (
            code(_tag(kind)),
            f"[{body_of(kind).__name__}](#{body_of(kind).__name__.lower()})",
            first_sentence(body_of(kind)),
        )
        for kind in kinds
    ]
    return table(("kind", "body", "the body says"), rows)


def _body(body: type, kinds: tuple[type, ...]) -> str:
    used = [_tag(kind) for kind in kinds if body_of(kind) is body]
    parts = [f"### {body.__name__}", prose(body)]
    if used:
        parts.append(f"Of {code(*used)}.")
    if body.__struct_fields__:
        parts.append(fields_table(body))
    return "\n\n".join(parts)
