"""PayPal: orders, authorisations, captures, refunds and disputes, as events and as bare objects.

Seen in recorded payloads: refunds and reversals name their capture only in a link `up`; amounts
are decimal text; an event's time is in UTC while the refund in it may have another offset. The
first version of the API writes `state`, `total` and `currency` where the second writes `status`,
`value` and `currency_code`.

From the documentation (PayPal's OpenAPI of orders v2, payments v1 and v2, disputes v1): all
statuses, a dispute's transactions and outcome, negative amounts in sales that were taken back. An
event's object is what its link to itself says; `resource_type` only counts without one.

A payment's general name is PayPal's order (the `parent_payment` of the first version), else the
authorisation, else the capture. `custom_id` says which order it is for, else `invoice_id`; one
PayPal order for several orders of the shop is not told apart. What PayPal takes back by itself
(`…CAPTURE.REVERSED`) and a dispute that is lost are the same money, named by the capture; a refund
that the seller gives within a dispute is told by both and counts twice. There is no test flag:
objects of the sandbox are known by their links.
"""

from connectors.paypal.source import SOURCE as SOURCE
