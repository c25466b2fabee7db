"""Mollie: payments with their captures, refunds and charge backs, orders, and webhooks.

Seen in recorded payloads: a classic webhook is a form with an id and no signature; what it names
is fetched with its parts below `https://api.mollie.com`. A payment that was paid and then refunded
stays `paid`; metadata hold the shop's order as text or as a number; a page of payments; an event
of the newer webhooks with a payment link inside.

From the documentation: statuses of refunds, captures and orders (of the Orders API, which Mollie
has retired), charge backs, which take the money at once, manual captures, and events without
their entity, which is then fetched. Objects have no time of their change: sums that are claimed
carry the time of receipt as revision. A payment that was ever authorised is counted by its
captures alone, any other as one operation under its own id. A payment of an order has the order
as its general name. `mode` "test" is Mollie's test mode.
"""

from connectors.mollie.source import SOURCE as SOURCE
