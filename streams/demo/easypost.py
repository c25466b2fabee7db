"""What EasyPost sends of one parcel: the tracker with all scans so far, each time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from streams import topic
from streams.demo.story import Delivery, at, feed

Json = dict[str, Any]  # Any: the vendor's JSON
Scan = tuple[float, str, str]
"""Minute of the story, status, status detail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One parcel; EasyPost knows its number and no order."""

    account: str
    number: str

    def tracked(self, *scans: Scan) -> Delivery:
        """The event after the last of these scans."""
        minutes, status, detail = scans[-1]
        when = at(minutes).isoformat()
        event: Json = {
            "id": f"evt_{self.number}_{int(minutes * 60)}",
            "object": "Event",
            "description": "tracker.updated",
            "mode": "production",
            "previous_attributes": {"status": "unknown"},
            "created_at": when,
            "status": "pending",
            "result": {
                "id": f"trk_{self.number}",
                "object": "Tracker",
                "mode": "production",
                "tracking_code": self.number,
                "status": status,
                "status_detail": detail,
                "updated_at": when,
                "est_delivery_date": None,
                "carrier": "DHL",
                "is_return": False,
                "tracking_details": [_detail(scan) for scan in scans],
            },
        }
        return feed(
            topic.FEED_TRACKING, "easypost", self.account, "tracker.updated", event, at(minutes)
        )


def _detail(scan: Scan) -> Json:
    minutes, status, detail = scan
    return {
        "object": "TrackingDetail",
        "message": "Carrier text",
        "status": status,
        "status_detail": detail,
        "datetime": at(minutes).isoformat(),
        "source": "DHL",
        "tracking_location": {"city": "Leipzig", "state": None, "country": "DE", "zip": None},
    }
