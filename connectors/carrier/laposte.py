"""La Poste (Colissimo, Lettre suivie): answers of its Suivi API, one or a list.

Seen in recorded payloads: events newest first with an offset and a code of two letters and a
digit, whose label is French; a timeline of steps, not read; an answer without a shipment has a
`returnCode` and a message. `estimDate` is the promise.

From the documentation: the codes. ET1 is a parcel under way, RE1 and DI2 one that travels or
came home, whatever other libraries make of them. Events name no place.
"""

from collections.abc import Iterable
from functools import partial
from typing import Final

from connectors.tracking import clock
from connectors.tracking.node import Node
from connectors.tracking.source import tracking_source
from connectors.tracking.story import Line, Refused, Story, Vendor, refused
from connectors.tracking.table import Table
from domain.vocabulary import Parcel

TABLE: Final = Table(
    {
        Parcel.CREATED: "DR1 DR2",
        Parcel.HANDED_OVER: "PC1 PC2",
        Parcel.IN_TRANSIT: "ET1 ET2 ET3 ET4 EP1 DO1 DO2 PB2 DI3",
        Parcel.HELD: "DO3 PB1",
        Parcel.OUT_FOR_DELIVERY: "MD2 MD3",
        Parcel.READY_FOR_PICKUP: "AG1",
        Parcel.ATTEMPT_FAILED: "ND1 AN1",
        Parcel.DELIVERED: "DI0 DI1",
        Parcel.RETURNING: "RE1",
        Parcel.RETURNED_TO_SENDER: "DI2",
    },
    {
        "consignee_incorrect_address": "AN1",
        "consignee_not_available": "ND1 AG1",
        "customs_delay": "DO1",
        "customs_inspection": "DO3",
    },
)


def _parcels(document: Node) -> Iterable[Node | Refused]:
    if isinstance(document.value, list):
        return document.each()
    return [document] if document.has("shipment") or document.has("returnCode") else []


def _story(parcel: Node) -> Story | Refused:
    shipment = parcel.one("shipment")
    if not parcel.has("shipment"):
        return refused(parcel, "returnCode", "returnMessage", "code")
    return Story(
        number=shipment.need("idShip"),
        events=shipment.each("event"),
        expects=partial(shipment.time, "estimDate", clock.iso),
    )


def _line(event: Node) -> Line:
    return Line(
        code=event.need("code"), at=event.time("date", clock.iso), written=event.text("date")
    )


VENDOR: Final = Vendor(name="laposte", table=TABLE, parcels=_parcels, story=_story, line=_line)
SOURCE: Final = tracking_source(VENDOR, __doc__)
