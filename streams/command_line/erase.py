"""`orderstream erase`: who a customer was goes from the view; every status of the orders stays."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from readmodel.erasure import erase_customer
from streams.command_line.database import database
from streams.command_line.failure import NoGood
from streams.command_line.installation import read_settings


@click.command("erase")
@click.option("--tenant", required=True, help="Whose customer it is.")
@click.option("--customer", required=True, help="The customer's id or e-mail, whole.")
def command(*, tenant: str, customer: str) -> None:
    """Erase a customer from the view: name, addresses, e-mail, phone, notes, texts of notices.

    Every status, amount and line stays. The orders are remembered as erased, so a rebuild leaves
    the person out too. The order log, snapshots and state in Kafka are not changed by this.
    """
    with database(read_settings()) as engine:
        keys = erase_customer(engine, tenant, customer, datetime.now(UTC))
    if not keys:
        raise NoGood(f"the view knows no order of {tenant} with the customer {customer}")
    for key in keys:
        click.echo(key)
    click.echo(
        f"erased from the view: {len(keys)} orders; the order log and snapshots in Kafka still "
        "hold what their source said",
        err=True,
    )
