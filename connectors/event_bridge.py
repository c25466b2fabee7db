"""Events of partners as Amazon EventBridge delivers them: the webhook stands in `detail`."""

from connectors.payload import Fields


def opened(value: object) -> Fields | None:
    """Take an event of a partner out of its envelope; None where there is none."""
    if not isinstance(value, dict) or "detail-type" not in value:
        return None
    detail = value.get("detail")
    partner = str(value.get("source")).startswith("aws.partner/")
    return detail if partner and isinstance(detail, dict) else None


def headers(detail: Fields) -> dict[str, str]:
    """Read a webhook's headers, which stand beside its payload or in `metadata` there."""
    inside = detail.get("metadata")
    named = {**detail, **(inside if isinstance(inside, dict) else {})}
    return {name.lower(): text for name, text in named.items() if isinstance(text, str)}
