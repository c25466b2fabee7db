"""`orderstream erase`: who was behind orders becomes unreadable; every status of them stays."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from readmodel.erasure import erase_orders, orders_of
from streams.command_line.database import database
from streams.command_line.failure import NoGood, WrongUse
from streams.command_line.installation import read_settings
from streams.command_line.subject import subject_keys

if TYPE_CHECKING:
    from sqlalchemy import Engine


@click.command("erase")
@click.option("--tenant", required=True, help="Whose customer it is.")
@click.option("--customer", help="The customer's id or e-mail, whole.")
@click.option("--order", "orders", multiple=True, help="TENANT/CHANNEL/ORDER; may repeat.")
def command(*, tenant: str, customer: str | None, orders: tuple[str, ...]) -> None:
    """Erase a customer or the people of orders: name, addresses, e-mail, phone, notes.

    Every status, amount and line stays. With ORDERSTREAM_SUBJECT_KEYS_URL the keys of the orders
    are destroyed, so what was sealed with them in the order log, the state and the snapshots can
    be read by nobody. In the view they are remembered as erased, so a rebuild leaves the person
    out too. A copy of an order is sealed with the key of its original.
    """
    if not customer and not orders:
        raise WrongUse("erase whom? --customer or --order")
    if foreign := [key for key in orders if not _is_of(tenant, key)]:
        raise WrongUse(f"{foreign[0]!r} is no order of {tenant}: TENANT/CHANNEL/ORDER")
    settings, now = read_settings(), datetime.now(UTC)
    with database(settings) as engine, subject_keys(settings) as keys:
        erased = _named(engine, tenant, customer, orders)
        if keys is not None:
            keys.erase(erased, now)  # before the view, which knows whose they are, forgets it
        erase_orders(engine, erased, now)
    for key in erased:
        click.echo(key)
    click.echo(f"erased: {len(erased)} orders; {_left(sealed=keys is not None)}", err=True)


def _is_of(tenant: str, order_key: str) -> bool:
    parts = order_key.split("/", 2)
    return len(parts) == 3 and parts[0] == tenant and all(parts)


def _named(
    engine: Engine, tenant: str, customer: str | None, orders: tuple[str, ...]
) -> list[str]:
    found = orders_of(engine, tenant, customer) if customer else []
    if customer and not found:
        raise NoGood(f"the view knows no order of {tenant} with the customer {customer}")
    return sorted({*found, *orders})


def _left(*, sealed: bool) -> str:
    if sealed:
        return "what was written before keys were kept stays readable in Kafka until it expires"
    return "the order log and snapshots in Kafka still hold what their source said"
