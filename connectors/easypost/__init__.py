"""EasyPost: trackers, in events and as bare objects or lists.

Seen in recorded payloads: an event carries the whole tracker with all scans so far, each time;
`tracking_details` grow at the end; a place is city, state and country, each may be null; the
`mode` is on the event and on the tracker. An event's own `status` is that of its delivery.

From the documentation: ten statuses and 28 details, both open lists; local times are turned into
UTC where the place is known and are taken for UTC where it is not, so the raw time is kept;
tracking codes are recycled by carriers; `signed_by` and messages may name a person and are not
read. A return's parcel (`is_return`) is no delivery to the buyer and is left out.
"""

from connectors.easypost.source import SOURCE as SOURCE
