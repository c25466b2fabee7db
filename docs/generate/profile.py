"""`profiles/`: what each profile shows, allows and tells, computed by running it."""

from collections.abc import Iterator, Mapping
from itertools import groupby

from msgspec.structs import asdict

from docs.generate.page import code, page, plain, table
from docs.generate.walk import START, edges
from domain import command as commands
from domain.command import Command
from domain.guard import GUARDS, name_of, stand_in_the_way
from domain.profile import SITUATION, Compiled, Facets, Words
from domain.rules import Policy, Rules
from domain.vocabulary import Closure, HoldState, Lifecycle
from streams.rulebook import make_rules, shipped_names, shipped_profile

_MATRIX = """
What the guards answer, per state of the lifecycle, when nothing else stands in the way: the order
is known (but for `create`), not on hold (but for `release`), paid, and has pieces at the stage
that the command acts on. `yes`: the command is allowed; any other word is the guard that refuses.
"""
_WAYS = """
Found by walking one order of two pieces through commands (by their name) and facts (by what
happened), from every place that it came to. Facts may come in other orders too; other pairs of
words are possible then. What leads to the same word is left out.
"""
_POLICIES = """
What the profile brings when it governs; `ORDERSTREAM_PROFILES` may say otherwise. All others are as
in [settings](../settings.md#profiles-and-policies).
"""


def profile_pages() -> dict[str, str]:
    """Write one page per profile that comes with the package."""
    return {
        f"profiles/{name}.md": _profile_page(shipped_profile(name)) for name in shipped_names()
    }


def _profile_page(compiled: Compiled) -> str:
    profile = compiled.profile
    rules = make_rules((compiled.name,), {}, "UTC", where="docs")
    return page(
        f"Profile {profile.name}",
        f"{profile.title}. Source: `domain/profiles/{profile.name}.toml`.",
        "## Words",
        "Per axis the first row that holds gives the word.",
        *(part for axis, words in profile.words.items() for part in _words(axis, words)),
        "## From word to word",
        _WAYS,
        *_diagrams(rules),
        "## Commands",
        _MATRIX,
        _matrix(rules),
        "### Guards",
        "Tried from top to bottom; the first that fails refuses the command.",
        table(("command", "guard", "answer"), _guards(compiled)),
        "## Policies",
        _POLICIES,
        *_policies(profile.policy, rules.policy),
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


def _diagrams(rules: Rules) -> Iterator[str]:
    """Draw each axis of the order's own; the arrows are in the order in which they were found."""
    ways: dict[str, dict[tuple[str, str], dict[str, None]]] = {}
    for axis, before, step, after in edges(rules):
        ways.setdefault(axis, {}).setdefault((before, after), {})[step] = None
    for axis, arrows in ways.items():
        names = list(dict.fromkeys(word for pair in arrows for word in pair if word != START))
        alias = {START: START, **{word: f"s{number}" for number, word in enumerate(names, 1)}}
        yield f"### {axis}, step by step"
        yield "\n".join(
            [
                "```mermaid",
                "stateDiagram-v2",
                *(f'    state "{word}" as {alias[word]}' for word in names),
                *(
                    f"    {alias[before]} --> {alias[after]}: {', '.join(steps)}"
                    for (before, after), steps in arrows.items()
                ),
                "```",
            ]
        )


def _policies(brought: Mapping[str, object], policy: Policy) -> Iterator[str]:
    usual = asdict(Policy())
    if not brought:
        yield "It brings none."
        return
    rows = [
        (code(name), *(code(plain(of[name])) for of in (asdict(policy), usual)))
        for name in brought
    ]
    yield table(("policy", "here", "otherwise"), rows)


def _matrix(rules: Rules) -> str:
    columns = [(Closure.OPEN, state) for state in Lifecycle]
    columns += [(Closure.CLOSED, Lifecycle.COMPLETED), (Closure.ARCHIVED, Lifecycle.COMPLETED)]
    rows = [
        (
            code(name_of(kind)),
            *(_answer(kind, lifecycle, closure, rules) for closure, lifecycle in columns),
        )
        for kind in GUARDS
    ]
    names = [state if closure is Closure.OPEN else closure for closure, state in columns]
    return table(("command", *names), rows)


def _answer(kind: type[Command], lifecycle: Lifecycle, closure: Closure, rules: Rules) -> str:
    situation = _situation(kind, lifecycle, closure, rules)
    refusal = stand_in_the_way(kind, "", situation, rules)
    return refusal.guard if refusal else "yes"


def _situation(
    kind: type[Command], lifecycle: Lifecycle, closure: Closure, rules: Rules
) -> Facets:
    """Imagine an order at this place in which nothing else stands in the way of a command."""
    completed = lifecycle is Lifecycle.COMPLETED
    sent = "all" if completed else "some" if lifecycle is Lifecycle.PROCESSING else "none"
    draft = lifecycle in {Lifecycle.DRAFT, Lifecycle.PENDING}
    given = {
        **{name: values[0] for name, values in SITUATION.items()},
        **dict(
            zip(
                ("initial", "auto_ship", "in_process_on", "authorized_is_paid"),
                rules.facets,
                strict=True,
            )
        ),
        "lifecycle": lifecycle,
        "closure": closure,
        "hold": HoldState.ON_HOLD if kind is commands.Release else HoldState.CLEAR,
        "risk": "suspected" if kind is commands.ClearRisk else "none",
        "payment": "paid",
        "fulfilment": "fulfilled" if completed else "unfulfilled",
        "handed_over": sent,
        "valid": "no" if draft else "yes",
        "confirmed": "no" if draft else "yes",
        "working": "yes" if lifecycle in {Lifecycle.PROCESSING, Lifecycle.COMPLETED} else "no",
        "known": "no" if kind is commands.Create else "yes",
        "unshipped": "no" if completed else "yes",
        "capturable": "yes",
        "reversible": "yes",
        "refundable": "yes",
        "returnable": "no" if sent == "none" else "yes",
        "invoiceable": "yes",
    }
    return tuple(str(given[name]) for name in SITUATION)


def _guards(compiled: Compiled) -> list[tuple[str, str, str]]:
    rows = []
    for kind, guards in GUARDS.items():
        name = name_of(kind)
        own = compiled.guards.get(name, ())
        rows += [(name, guard.guard, guard.refusal) for guard in guards]
        rows += [(name, each.guard, f"{each.refusal} (this profile only)") for each in own]
    return [
        (code(name) if first == 0 else "", code(guard), refusal)
        for name, members in groupby(rows, key=lambda row: row[0])
        for first, (_, guard, refusal) in enumerate(members)
    ]
