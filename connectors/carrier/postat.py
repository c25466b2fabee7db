"""Österreichische Post: the words of its statuses, in a shape of our own.

No payload was seen and no document of its tracking in public; the words are those of the table
that other libraries use. Whoever asks the carrier brings its answer into
`{"carrier": "postat", "tracking_number", "status", "expected_at", "events": [{"code", "time",
"place"}]}`.
"""

from typing import Final

from connectors.tracking.plain import OWN, plain
from connectors.tracking.source import tracking_source
from connectors.tracking.table import Table
from domain.vocabulary import Parcel

TABLE: Final = Table(
    {
        Parcel.CREATED: "REGISTERED CREATED DATA_RECEIVED LABEL_PRINTED",
        Parcel.IN_TRANSIT: "IN_TRANSIT UNTERWEGS DEPARTED ARRIVED",
        Parcel.HELD: "HELD CUSTOMS",
        Parcel.OUT_FOR_DELIVERY: "OUT_FOR_DELIVERY IN_ZUSTELLUNG",
        Parcel.ATTEMPT_FAILED: "FAILED NOT_DELIVERED REFUSED",
        Parcel.DELIVERED: "DELIVERED ZUGESTELLT POD",
    },
    {"consignee_refused": "REFUSED", "customs_inspection": "CUSTOMS"},
)
VENDOR: Final = plain("postat", TABLE, OWN)
SOURCE: Final = tracking_source(VENDOR, __doc__)
