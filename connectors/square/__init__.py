"""Square: payments, refunds and disputes as events and documents, and orders that are fetched.

Seen in recorded payloads: events of a payment and a refund with their whole object; events of an
order, which hold its id, state and version alone: the order is fetched below
`https://connect.squareup.com`. Amounts are whole numbers of the smallest unit, as in ISO 4217.

From the documentation (Square's OpenAPI): all other words, disputes, orders with their
fulfilments and tenders. Objects change under one id, so what they say carries the time of their
change, an order its version. A payment names the shop's order in `reference_id`, else Square's
own in `order_id`. An order that is completed without a fulfilment was sold over the counter.
What is weighed counts as one piece. The header square-environment tells the sandbox.
"""

from connectors.square.source import SOURCE as SOURCE
