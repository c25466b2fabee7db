"""Amazon's words and what they mean here; what is in no table is unknown and is reported."""

from typing import Final, NamedTuple

from domain.vocabulary import HoldReason, Parcel, Validity


class Meaning(NamedTuple):
    """What an order's status says: how far it is, and what must have happened."""

    progress: int
    validity: Validity
    happened: str = ""
    hold: HoldReason | None = None


ORDER: Final = {
    "PENDING_AVAILABILITY": Meaning(1, Validity.PENDING),
    "PENDING": Meaning(2, Validity.PENDING),
    "UNSHIPPED": Meaning(4, Validity.VALID, "authorized"),
    "PARTIALLY_SHIPPED": Meaning(5, Validity.VALID, "authorized"),
    "INVOICE_UNCONFIRMED": Meaning(6, Validity.VALID, "shipped"),
    "SHIPPED": Meaning(7, Validity.VALID, "shipped"),
    "UNFULFILLABLE": Meaning(8, Validity.VALID, "authorized", HoldReason.MARKETPLACE),
    "CANCELLED": Meaning(9, Validity.UNSTATED, "cancelled"),
}
"""The words of the Orders API 2026-01-01. Unshipped means that the payment was authorised, and
Amazon takes the money when the goods leave. `progress` orders snapshots of one second."""

CURRENCY: Final = {
    "A13V1IB3VIYZZH": "EUR",
    "A17E79C6D8DWNP": "SAR",
    "A1805IZSGTT6HS": "EUR",
    "A19VAU5U5O7RUS": "SGD",
    "A1AM78C64UM0Y8": "MXN",
    "A1C3SOZRARQ6R3": "PLN",
    "A1F83G8C2ARO7P": "GBP",
    "A1PA6795UKMFR9": "EUR",
    "A1RKKUPIHCS9HS": "EUR",
    "A1VC38T7YXB528": "JPY",
    "A21TJRUUN4KGV": "INR",
    "A28R8C7NBKEWEA": "EUR",
    "A2EUQ1WTGCTBG2": "CAD",
    "A2NODRKZP88ZB9": "SEK",
    "A2Q3Y263D00KWC": "BRL",
    "A2VIGQ35RCS4UG": "AED",
    "A33AVAJ2PDY3EV": "TRY",
    "A39IBJ37TRP1C6": "AUD",
    "AE08WJ6YKNBMC": "ZAR",
    "AMEN7PMS3EDWL": "EUR",
    "APJ6JRA9NG5V4": "EUR",
    "ARBP9OOSHTCHU": "EGP",
    "ATVPDKIKX0DER": "USD",
}
"""The currency of each marketplace, for orders that do not tell their total yet."""

NEW_WORD: Final = Meaning(3, Validity.UNKNOWN)

ORDER_V0: Final = {
    "PendingAvailability": "PENDING_AVAILABILITY",
    "Pending": "PENDING",
    "Unshipped": "UNSHIPPED",
    "PartiallyShipped": "PARTIALLY_SHIPPED",
    "InvoiceUnconfirmed": "INVOICE_UNCONFIRMED",
    "Shipped": "SHIPPED",
    "Unfulfillable": "UNFULFILLABLE",
    "Canceled": "CANCELLED",
}
"""The words of version 0 and of ORDER_CHANGE, in those of 2026; mind the l's of cancelled."""

PACKAGE: Final = {
    "PENDING": "waiting",
    "SHIPPED": "handed_over",
    "IN_TRANSIT": "handed_over",
    "DELIVERED": "handed_over",
    "UNDELIVERABLE": "handed_over",
    "CANCELLED": "cancelled",
}

PACKAGE_STATE: Final = {
    "PENDING": Parcel.CREATED,
    "SHIPPED": Parcel.HANDED_OVER,
    "IN_TRANSIT": Parcel.IN_TRANSIT,
    "DELIVERED": Parcel.DELIVERED,
    "UNDELIVERABLE": Parcel.ATTEMPT_FAILED,
    "CANCELLED": Parcel.LABEL_VOIDED,
}
"""Where a package is, as far as its plain status says; its detailed status says more."""

DETAILED: Final = {
    "PENDING_SCHEDULE": Parcel.CREATED,
    "PENDING_PICK_UP": Parcel.CREATED,
    "PENDING_DROP_OFF": Parcel.CREATED,
    "LABEL_CANCELLED": Parcel.LABEL_VOIDED,
    "PICKED_UP": Parcel.HANDED_OVER,
    "DROPPED_OFF": Parcel.HANDED_OVER,
    "AT_ORIGIN_FC": Parcel.IN_TRANSIT,
    "AT_DESTINATION_FC": Parcel.IN_TRANSIT,
    "OUT_FOR_DELIVERY": Parcel.OUT_FOR_DELIVERY,
    "DELIVERED": Parcel.DELIVERED,
    "REJECTED_BY_BUYER": Parcel.RETURNING,
    "UNDELIVERABLE": Parcel.ATTEMPT_FAILED,
    "RETURNING_TO_SELLER": Parcel.RETURNING,
    "RETURNED_TO_SELLER": Parcel.RETURNED_TO_SENDER,
    "LOST": Parcel.LOST,
    "DAMAGED": Parcel.DAMAGED,
}
"""`detailedStatus` of a package."""

EASY_SHIP: Final = {
    "PendingSchedule": "PENDING_SCHEDULE",
    "PendingPickUp": "PENDING_PICK_UP",
    "PendingDropOff": "PENDING_DROP_OFF",
    "LabelCanceled": "LABEL_CANCELLED",
    "PickedUp": "PICKED_UP",
    "DroppedOff": "DROPPED_OFF",
    "AtOriginFC": "AT_ORIGIN_FC",
    "AtDestinationFC": "AT_DESTINATION_FC",
    "OutForDelivery": "OUT_FOR_DELIVERY",
    "Delivered": "DELIVERED",
    "RejectedByBuyer": "REJECTED_BY_BUYER",
    "Undeliverable": "UNDELIVERABLE",
    "ReturningToSeller": "RETURNING_TO_SELLER",
    "ReturnedToSeller": "RETURNED_TO_SELLER",
    "Lost": "LOST",
    "Damaged": "DAMAGED",
}
"""`EasyShipShipmentStatus` of version 0, in the words of 2026."""

FULFILMENT_ORDER: Final = {
    "NEW": "",
    "RECEIVED": "",
    "PLANNING": "",
    "PROCESSING": "work_started",
    "PROCESSED": "work_started",
    "COMPLETE": "work_started",
    "COMPLETEPARTIALLED": "work_started",
    "CANCELLED": "",
    "UNFULFILLABLE": "held",
    "INVALID": "held",
}
"""`FulfillmentOrderStatus`, underscores left out. Which pieces left is told by the shipments; an
order that Amazon cannot fulfil waits for the seller. A cancelled one calls off Amazon's work, not
the sale, which another warehouse may send."""

FULFILMENT_SHIPMENT: Final = {
    "PENDING": "waiting",
    "PROCESSED": "waiting",
    "SHIPPED": "handed_over",
    "CANCELLED_BY_FULFILLER": "cancelled",
    "CANCELLED_BY_SELLER": "cancelled",
}

ONSITE_SHIPMENT: Final = {"CREATED": "waiting", "CANCELLED": "cancelled", "CANCELED": "cancelled"}
"""`ShipmentStatus` of FBA_OUTBOUND_SHIPMENT_STATUS, which tells when one is made or cancelled."""

PAID_BY_HAND: Final = frozenset({"COD", "CashOnDelivery"})

ELSEWHERE: Final = frozenset(
    {
        "ACCOUNT_STATUS_CHANGED",
        "ANY_OFFER_CHANGED",
        "B2B_ANY_OFFER_CHANGED",
        "BRANDED_ITEM_CONTENT_CHANGE",
        "DATA_KIOSK_QUERY_PROCESSING_FINISHED",
        "DETAIL_PAGE_TRAFFIC_EVENT",
        "FBA_INVENTORY_AVAILABILITY_CHANGES",
        "FEE_PROMOTION",
        "FEED_PROCESSING_FINISHED",
        "ITEM_INVENTORY_EVENT_CHANGE",
        "ITEM_PRODUCT_TYPE_CHANGE",
        "ITEM_SALES_EVENT_CHANGE",
        "LISTINGS_ITEM_ISSUES_CHANGE",
        "LISTINGS_ITEM_MFN_QUANTITY_CHANGE",
        "LISTINGS_ITEM_STATUS_CHANGE",
        "PRICING_HEALTH",
        "PRODUCT_TYPE_DEFINITIONS_CHANGE",
        "REPORT_PROCESSING_FINISHED",
        "TRANSACTION_UPDATE",
    }
)
"""Notifications about offers, listings, stock, reports and payouts: one queue may bring them all."""
