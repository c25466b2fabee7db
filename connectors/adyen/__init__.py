"""Adyen: payments, their captures, refunds and disputes, as notifications in batches.

Seen in recorded payloads: several notifications in one delivery; `success` and `live` are text;
a CAPTURE or REFUND with `success` "false" is a failure. A notification by itself, without the
batch around it, is read too.

From the documentation (Adyen's OpenAPI of webhooks, version 1): the other events and fields, and
notifications as a form. Events of an operation name the payment in `originalReference`; all
events of a dispute share one `pspReference`, which is the payment's own where the account does
not send both. Their `merchantReference` may be the operation's own, so only events of the payment
and of its disputes say which order it is for. CLP, CVE, IDR and ISK have other decimals than in
ISO 4217.

A card that is captured without being asked gets no event of its capture: it is claimed where
`captureDelayHours` is "0" or `operations` offers a refund and no capture. Switch on CAPTURE, or
"capture delay" among the additional data, in Adyen's settings. What a partial capture leaves over
stays authorised until EXPIRE or CANCELLATION, for several captures may follow.
"""

from connectors.adyen.source import SOURCE as SOURCE
