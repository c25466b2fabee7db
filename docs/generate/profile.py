"""`profiles/`: what each profile shows, allows and tells, computed by running it."""

from itertools import groupby

from docs.generate.page import code, page, table
from domain import command as commands
from domain.guard import GUARDS, name_of, refuse
from domain.instant import moment
from domain.order import Derived, HoldEntry, Order, Promise
from domain.profile import Compiled, Words
from domain.rules import Rules
from domain.vocabulary import Closure, HoldState, Lifecycle
from streams.rulebook import shipped_names, shipped_profile

_MATRIX = """
What the profile's guards answer when nothing else stands in the way: the order is known, it is
not on hold (but for `release`, which needs a hold), and not everything was shipped. `yes`: the
command is allowed; any other word is the guard that refuses it.
"""
_KEY = "acme/shop/1"


def profile_pages() -> dict[str, str]:
    """Write one page per profile that comes with the package."""
    return {
        f"profiles/{name}.md": _profile_page(shipped_profile(name)) for name in shipped_names()
    }


def _profile_page(compiled: Compiled) -> str:
    profile = compiled.profile
    return page(
        f"Profile {profile.name}",
        f"{profile.title}. Source: `domain/profiles/{profile.name}.toml`.",
        "## Words",
        "Per axis the first row that holds gives the word.",
        *(part for axis, words in profile.words.items() for part in _words(axis, words)),
        "## Commands",
        _MATRIX,
        _matrix(compiled),
        "### Guards",
        "Tried from top to bottom; the first that fails refuses the command.",
        table(("command", "guard", "answer"), _guards(compiled)),
        "## Notices",
        table(
            ("axis", "words", "to", "template", "by"),
            [
                (
                    n.on,
                    code(*n.words) if n.words else "any",
                    n.audience,
                    code(n.template),
                    ", ".join(n.media),
                )
                for n in profile.notices
            ],
        ),
    )


def _words(axis: str, words: Words) -> tuple[str, str]:
    rows = [
        (
            f"**{row.show}**",
            " and ".join(f"{k} is {code(*v)}" for k, v in row.when.items()) or "else",
        )
        for row in words.rows
    ]
    of_each = ", of each shipment" if words.subject == "shipment" else ""
    return f"### {axis}{of_each}", table(("word", "when"), rows)


def _matrix(compiled: Compiled) -> str:
    rules = Rules(profiles=(compiled,))
    rows = []
    for closure, lifecycle in ((c, s) for c in Closure for s in Lifecycle):
        answers = [_answer(kind, lifecycle, closure, rules) for kind in GUARDS]
        rows.append((closure, lifecycle, *answers))
    return table(("closure", "lifecycle", *(code(name_of(kind)) for kind in GUARDS)), rows)


def _answer(kind: type, lifecycle: Lifecycle, closure: Closure, rules: Rules) -> str:
    command = kind(event_id="c1", occurred_at=moment(1), order_key=_KEY)
    held = kind is commands.Release
    refusal = refuse(_order(lifecycle, closure, held=held), command, rules)
    return refusal.guard if refusal else "yes"


def _order(lifecycle: Lifecycle, closure: Closure, *, held: bool) -> Order:
    """Make an order of which nothing but its place in the matrix is known."""
    hold = HoldEntry(placed_at=2, released_at=0, reason="manual", note="", actor="", until=0)
    promise = Promise(
        lifecycle=lifecycle,
        closure=closure,
        hold=HoldState.ON_HOLD if held else HoldState.CLEAR,
        known=True,
    )
    return Order(
        key=_KEY, holds={"manual": hold} if held else {}, derived=Derived(promise=promise)
    )


def _guards(compiled: Compiled) -> list[tuple[str, str, str]]:
    rows = []
    for kind, guards in GUARDS.items():
        name = name_of(kind)
        own = compiled.profile.guards.get(name, ())
        rows += [(name, guard.name, guard.refusal) for guard in guards]
        rows += [(name, each.guard, f"{each.refusal} (this profile only)") for each in own]
    return [
        (code(name) if first == 0 else "", code(guard), refusal)
        for name, members in groupby(rows, key=lambda row: row[0])
        for first, (_, guard, refusal) in enumerate(members)
    ]
