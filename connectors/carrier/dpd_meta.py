"""DPD Meta-API: the words of its statuses, in a shape of our own.

No payload was seen and no document of its tracking in public; the words are those of the table
that other libraries use. Whoever asks the carrier brings its answer into
`{"carrier": "dpd_meta", "tracking_number", "status", "expected_at", "events": [{"code", "time",
"place"}]}`.
"""

from typing import Final

from connectors.tracking.plain import OWN, plain
from connectors.tracking.source import tracking_source
from connectors.tracking.table import Table
from domain.vocabulary import Parcel

TABLE: Final = Table(
    {
        Parcel.IN_TRANSIT: "in_transit delivery_delayed",
        Parcel.HELD: "on_hold",
        Parcel.OUT_FOR_DELIVERY: "out_for_delivery",
        Parcel.READY_FOR_PICKUP: "ready_for_pickup",
        Parcel.ATTEMPT_FAILED: "delivery_failed",
        Parcel.DELIVERED: "delivered",
    }
)
VENDOR: Final = plain("dpd_meta", TABLE, OWN)
SOURCE: Final = tracking_source(VENDOR, __doc__)
