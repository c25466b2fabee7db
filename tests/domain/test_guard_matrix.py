"""Every command in every state of an order, for each profile: text tables that people can read.

`+` is accepted; anything else names the guard that refuses. A command that names pieces, a
shipment or a return is asked about those that the order has.
"""

from pathlib import Path

import pytest

from domain.process import process
from tests.domain.asked import ASKED, NAMES
from tests.domain.builders import (
    PROFILES,
    ask,
    cancel,
    captured,
    cells,
    created,
    handed_over,
    hold,
    marked_delivered,
    money,
    placed,
    results,
    rules,
    run,
    saved,
)

TABLES = Path(__file__).parent / "matrix"
ORDERS = {
    "unknown": [],
    "draft": [saved()],
    "pending": [placed()],
    "valid": [placed(validity="valid")],
    "authorised": [placed(), money("authorized", 100, 1, "pi_1")],
    "paid": [placed(), captured()],
    "working": [placed(), captured(), ask("start", 3)],
    "planned": [placed(), captured(), created("f1", "1a")],
    "half_sent": [placed(), captured(), created("f1", "1a"), handed_over()],
    "sent": [placed(), captured(), created(), handed_over()],
    "delivered": [placed(), captured(), created(), handed_over(), marked_delivered()],
    "held": [placed(), captured(), hold(3)],
    "fraud": [placed(), captured(), ask("flag_risk", 3)],
    "asked_off": [placed(), captured(), ask("request_cancel", 3)],
    "cancelled": [placed(), captured(), cancel(3)],
    "closed": [placed(), captured(), created(), handed_over(), ask("close", 30)],
    "archived": [placed(), created(), handed_over(), ask("close", 30), ask("archive", 31)],
}


def verdict(name, order, by):
    (answer,) = results(process(order, ask(name, 99, ASKED.get(name, [None])[0]), by).messages)
    return "+" if answer.accepted else answer.guard


def matrix(profile):
    """Write the table of a profile; what `tests/domain/matrix` holds was written by it and read."""
    by = rules(profile)
    orders = {given: run(records, by).order for given, records in ORDERS.items()}
    rows = [["command", *ORDERS]]
    rows += [[name, *(verdict(name, order, by) for order in orders.values())] for name in NAMES]
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
    return "\n".join(lines) + "\n"


@pytest.mark.rule("S0.18", "S0.20")
@pytest.mark.parametrize("profile", PROFILES)
def test_every_command_in_every_state(profile):
    """
    No cell is missing, and each is as the table says.
    """
    expected = (TABLES / f"{profile}.txt").read_text()

    assert matrix(profile) == expected
    assert len(cells(expected)) == len(NAMES) * len(ORDERS)


@pytest.mark.parametrize("profile", PROFILES)
def test_what_is_allowed_is_never_refused_for_the_state(profile):
    """
    `allowed` and the verdicts agree: what is not allowed is refused.
    """
    by = rules(profile)
    for given, records in ORDERS.items():
        story = run(records, by)
        for name in NAMES:
            if verdict(name, story.order, by) == "+":
                assert name in story.snapshot.allowed, (given, name)
