"""`orderstream orders`: orders of the view, filtered, sorted, searched, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import click

from readmodel.filter import FILTERS
from readmodel.query import COUNTED_MAX, NEWEST, SORTS, Question, count_orders, list_orders
from readmodel.scope import EVERYBODY, Scope
from streams.command_line.database import ask
from streams.command_line.failure import WrongUse
from streams.command_line.output import plain_line, show_table

_COLUMNS: Final = (
    *("order", "number", "placed", "lifecycle", "payment", "fulfilment", "total", "customer"),
    "marks",
)
_HELP: Final = f"""List orders of the view, newest first.

FILTER is NAME=VALUE, all of them must hold. Names: {", ".join(FILTERS)}, and a profile's word as
PROFILE.AXIS. An axis takes several values with commas; days are 2026-01-31.

orderstream orders payment=paid fulfilment=unfulfilled --sort created
"""
_Json = dict[str, Any]  # Any: JSON


@click.command("orders", help=_HELP)
@click.option("--tenant", "tenants", multiple=True, help="Only orders of this tenant; may repeat.")
@click.option("--search", default="", help="Words of number, customer, item, tracking number.")
@click.option(
    "--sort", default=NEWEST, show_default=True, help=f"{', '.join(SORTS)}; - before for down."
)
@click.option("--limit", default=50, show_default=True, help="Rows of a page.")
@click.option("--after", default="", help="Go on behind a page: the cursor that it ended with.")
@click.option("--archived", is_flag=True, help="Of the orders that left the hot state.")
@click.option("--count", "only_count", is_flag=True, help="Only count them.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.argument("filters", nargs=-1, metavar="[FILTER]...")
def command(  # noqa: PLR0913 - one an option
    *,
    tenants: tuple[str, ...],
    search: str,
    sort: str,
    limit: int,
    after: str,
    archived: bool,
    only_count: bool,
    as_json: bool,
    filters: tuple[str, ...],
) -> None:
    """Answer from the view."""
    scope = Scope(tenants) if tenants else EVERYBODY
    now = datetime.now(UTC)
    question = Question(
        filters=parse_filters(filters),
        search=search,
        sort=sort,
        limit=limit,
        after=after,
        archived=archived,
    )
    if only_count:
        count = ask(lambda connection: count_orders(connection, scope, question, now))
        click.echo(f"{count}{' or more' if count >= COUNTED_MAX else ''}")
        return
    page = ask(lambda connection: list_orders(connection, scope, question, now))
    if as_json:
        for row in page.rows:
            click.echo(plain_line(row), nl=False)
    else:
        show_table([summary(row, now) for row in page.rows], _COLUMNS)
    if page.next:
        click.echo(f"more: --after {page.next}", err=True)


def parse_filters(said: tuple[str, ...]) -> Mapping[str, str]:
    """Split NAME=VALUE; a name stands once."""
    filters: dict[str, str] = {}
    for one in said:
        name, equals, value = one.partition("=")
        if not equals:
            raise WrongUse(f"{one!r} is not NAME=VALUE")
        if name in filters:
            raise WrongUse(f"the filter {name} stands twice")
        filters[name] = value
    return filters


def summary(row: _Json, now: datetime) -> _Json:
    """Say an order in one line for people."""
    marks = {
        "on hold": row["hold"] == "on_hold",
        row["closure"]: row["closure"] != "open",
        "late": row["due_at"] is not None and row["due_at"] < now,
        f"risk {row['risk']}": row["risk"] not in {"none", "cleared"},
        "test": row["test"],
    }
    return {
        "order": row["order_key"],
        "number": row["number"],
        "placed": f"{row['created_at']:%Y-%m-%d %H:%M}",
        "lifecycle": row["lifecycle"],
        "payment": row["payment"],
        "fulfilment": row["fulfilment"],
        "total": f"{row['total']} {row['currency']}",
        "customer": row["customer_name"] or row["customer_email"],
        "marks": ", ".join(name for name, stands in marks.items() if stands),
    }
