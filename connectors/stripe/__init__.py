"""Stripe: payments, refunds, disputes and checkout sessions, as events and as bare objects.

Seen in recorded payloads: `charge.refunded` wraps the charge, `charge.refund.updated` the refund;
there is no refunded status of a charge; an event's `type` may be anything while its object is
what it is, so the object decides and the type only tells an expiry from a cancel.

From the documentation: a charge lists its refunds only up to API version 2022-11-15, a payment
intent its charges too (then `latest_charge`). Up to 2025-03-31.basil the uncaptured rest of a
partial capture, and a cancelled authorisation, came as a refund object and in `amount_refunded`,
which is no refund to us. Amounts are minor units, but ISK and UGX keep two decimals that their
currencies do not have and MGA lacks the two that ISO 4217 gives it. An inquiry (`warning_…`)
has moved no money yet and stands as a dispute until it is closed. `livemode: false` is Stripe's
test mode. Objects change under one id, so what may change carries the event's time as revision.
A thin event (`v2.core.event`) names its object, which is then asked for below an API of
`https://api.stripe.com`; EventBridge keeps the event in its `detail`.
"""

from connectors.stripe.source import SOURCE as SOURCE
