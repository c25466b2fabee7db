"""Shopify's topics and shapes: what a body is, by the name of its event or by the keys in it."""

from typing import Final

FETCHED: Final = "fulfillment_orders/fetched"
MOVED: Final = "fulfillment_orders/moved"
MOVED_FETCHED: Final = "fulfillment_orders/moved_fetched"
"""Names of ours for documents that were fetched; the second tells where the goods come from."""

TOPICS: Final = {
    "orders/create": "order",
    "orders/updated": "order",
    "orders/paid": "order",
    "orders/cancelled": "order",
    "orders/fulfilled": "order",
    "orders/partially_fulfilled": "order",
    "orders/edited": "order",
    "orders/delete": "deleted",
    "fulfillments/create": "fulfillment",
    "fulfillments/update": "fulfillment",
    "fulfillment_events/create": "fulfillment_event",
    "refunds/create": "refund",
    "order_transactions/create": "transaction",
    "tender_transactions/create": "tender_transaction",
    "disputes/create": "dispute",
    "disputes/update": "dispute",
    "orders/risk_assessment_changed": "risk",
    **dict.fromkeys(
        (
            "fulfillment_holds/added",
            "fulfillment_holds/released",
            "fulfillment_orders/cancelled",
            "fulfillment_orders/fulfillment_service_failed_to_complete",
            "fulfillment_orders/hold_released",
            "fulfillment_orders/merged",
            MOVED,
            "fulfillment_orders/order_routing_complete",
            "fulfillment_orders/placed_on_hold",
            "fulfillment_orders/rescheduled",
            "fulfillment_orders/scheduled_fulfillment_order_ready",
            "fulfillment_orders/split",
            FETCHED,
            MOVED_FETCHED,
        ),
        "fulfillment_order",
    ),
    **dict.fromkeys(
        (
            "returns/approve",
            "returns/cancel",
            "returns/close",
            "returns/decline",
            "returns/reopen",
            "returns/request",
        ),
        "return",
    ),
    **dict.fromkeys(
        (
            "fulfillment_orders/cancellation_request_accepted",
            "fulfillment_orders/cancellation_request_rejected",
            "fulfillment_orders/cancellation_request_submitted",
            "fulfillment_orders/fulfillment_request_accepted",
            "fulfillment_orders/fulfillment_request_rejected",
            "fulfillment_orders/fulfillment_request_submitted",
            "fulfillment_orders/line_items_prepared_for_local_delivery",
            "fulfillment_orders/line_items_prepared_for_pickup",
            "fulfillment_orders/manually_reported_progress_stopped",
            "fulfillment_orders/progress_reported",
        ),
        "talk",
    ),
    "fulfillment_events/delete": "unsaid",
    "returns/update": "nameless",
    "reverse_deliveries/attach_deliverable": "nameless",
    "reverse_fulfillment_orders/dispose": "nameless",
    **dict.fromkeys(
        ("orders/link_requested", "orders/shopify_protect_eligibility_changed"), "aside"
    ),
    **dict.fromkeys(
        ("draft_orders/create", "draft_orders/update", "draft_orders/delete"), "draft_order"
    ),
}

IGNORED: Final = {
    "order_edit": "an edit names no amounts; the whole order follows as orders/updated",
    "talk": "what shop and warehouse agree on; the fulfilments say what comes of it",
    "unsaid": "a carrier's event stays told; a later one says where the parcel is",
    "nameless": "names no order; the refund that restocks the goods does",
    "aside": "says nothing of the order's money or goods",
    "checkout": "a checkout is no order yet",
    "draft_order": "a draft is no order yet",
    "tender_transaction": "the same money as order_transactions/create, without its direction",
}

ELSEWHERE: Final = frozenset(
    {
        *("app", "app_purchases_one_time", "app_subscriptions", "attributed_sessions"),
        *("audit_events", "bulk_operations", "carts", "channels", "checkouts"),
        *("collection_listings", "collection_publications", "collections", "companies"),
        *("company_contact_roles", "company_contacts", "company_locations"),
        *("customer_account_settings", "customer_groups", "customer_payment_methods"),
        *("customers", "customers_email_marketing_consent", "customers_marketing_consent"),
        *("discounts", "domains", "inventory_items", "inventory_levels", "locales", "locations"),
        *("markets", "metaobjects", "payment_schedules", "payment_terms", "product_feeds"),
        *("product_listings", "product_publications", "products", "profiles"),
        *("scheduled_product_listings", "segments", "selling_plan_groups", "shipping_addresses"),
        *("shop", "subscription_billing_attempts", "subscription_billing_cycle_edits"),
        *("subscription_billing_cycles", "subscription_contracts", "tax_services", "themes"),
        "variants",
    }
)
"""What topics without an order are about, as they stand before the slash."""

SHAPES: Final = (
    ("dispute", {"evidence_due_by", "initiated_at"}),
    ("risk", {"risk_level", "admin_graphql_api_order_id"}),
    ("return", {"return_line_items", "order"}),
    ("fulfillment_order", {"order_id", "request_status"}),
    ("fulfillment_event", {"fulfillment_id", "status"}),
    ("refund", {"refund_line_items"}),
    ("transaction", {"kind", "gateway"}),
    ("tender_transaction", {"remote_reference", "payment_method"}),
    ("order_edit", {"order_id", "staff_note"}),
    ("draft_order", {"invoice_sent_at", "total_price"}),
    ("checkout", {"completed_at", "cart_token"}),
    ("fulfillment", {"order_id", "tracking_numbers"}),
    ("order", {"total_price", "created_at"}),
)
"""First match wins, where no topic says what the body is."""
