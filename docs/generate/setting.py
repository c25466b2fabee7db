"""`settings.md`: every variable, its default, what it may be and what it means."""

from typing import Any

from msgspec.structs import asdict
from pydantic_core import PydanticUndefined

from connectors.signature import SCHEMES
from docs.generate.page import code, page, plain, prose, table
from domain.rules import Policy
from streams.rulebook import SHOWN_BY_DEFAULT, shipped_names
from streams.settings import FILE_VARIABLE, PREFIX, Settings

_ABOUT = f"""
Settings come from the environment, and from the file of such lines that `{FILE_VARIABLE}` names;
the environment wins. `orderstream settings` prints what is in force, with secrets masked. A wrong
value is one line that names the variable, and exit status 2.
"""
_RULES = f"""
`{PREFIX}PROFILES` is JSON. Its keys are `default`, a tenant, or `tenant/channel`; the most specific
entry that names a field wins. Fields: `profiles` (names, the first one governs commands; there are
{code(*shipped_names())}, and {code(*SHOWN_BY_DEFAULT)} are shown if none is named), `policy`
(below), `zone` (the time zone in which a day ends, UTC if none is named).

    {PREFIX}PROFILES={{"default": {{"profiles": ["storefront"]}},
      "acme/shop": {{"zone": "Europe/Paris", "policy": {{"cancel_expired": true}}}}}}
"""
_SIGNATURES = f"""
`{PREFIX}SIGNATURES` is JSON. Its keys are `SOURCE` or `SOURCE/TENANT/CHANNEL`, the latter first; sources that
sign are {code(*SCHEMES)}. Fields: `secrets` (two while one replaces the other; of
`adyen` in hex, of `bigcommerce` the client secret), `url` (of `square`: the address that is registered),
`webhook_id` (of `paypal`), `required` (refuse what is not signed; false). `shipengine` needs none: `{{}}`.

    {PREFIX}SIGNATURES={{"stripe": {{"secrets": ["whsec_…"]}},
      "paypal/acme/shop": {{"webhook_id": "8PT597110X687430L", "required": true}}}}
"""
_FETCHING = f"""
`{PREFIX}FETCHING` is JSON too, with the keys `SOURCE` or `SOURCE/TENANT/CHANNEL`, the latter first: where the
documents are fetched that hooks only name. Fields: `base_url` (https; every path is below it), `auth`
(`none`, `bearer`, `basic`, `header`), `token`, or `token_file` (read at each request, for access tokens that
somebody renews; `token` is then any secret that seals what was fetched), `user` (of `basic`), `header` (the name, of `header`;
X-Auth-Token), `requests_per_second` (3), `headers` (go to the feed beside each document).

    {PREFIX}FETCHING={{"bigcommerce/acme/shop": {{"base_url": "https://api.bigcommerce.com/stores/HASH",
      "auth": "header", "token": "…"}}, "mollie": {{"base_url": "https://api.mollie.com",
      "auth": "bearer", "token": "…"}}, "prestashop": {{"base_url": "https://shop.example/api",
      "auth": "basic", "user": "KEY", "headers": {{"prestashop-timezone": "Europe/Madrid",
      "prestashop-currencies": "1=EUR"}}}}}}
"""
_IMPORTS = f"""
`{PREFIX}IMPORTS` is JSON too, with the same keys: per installation, tenant or integration what is
done with an order in a status of its source (`source_status` of its document, as `orderstream
normalize` shows it; `*` stands for any text; a status itself comes before a pattern, and the most
specific entry that says anything about the status holds). Without a rule the connector is believed.

    {PREFIX}IMPORTS={{"acme/shop": {{"pending": "skip", "on-hold": "hold", "completed": "history"}}}}

| rule | the order |
| --- | --- |
| `skip` | is not imported; it comes in when its status does, and its cancellation is never left out |
| `valid` | is imported as valid |
| `invoice` | as valid, and invoiced |
| `hold` | as valid, and on hold |
| `cancel` | is imported and cancelled |
| `complete` | as valid, invoiced, and all of it shipped from the warehouse |
| `history` | is complete, and no warehouse of ours sent it |
"""


def settings_page() -> str:
    """Write the page."""
    schema = Settings.model_json_schema()["properties"]
    rows = [
        (
            code(f"{PREFIX}{name.upper()}"),
            _default(name),
            _allowed(schema[name]),
            field.description,
        )
        for name, field in Settings.model_fields.items()
    ]
    policy = [(code(name), code(plain(default))) for name, default in asdict(Policy()).items()]
    return page(
        "Settings",
        _ABOUT,
        table(("variable", "default", "may be", "meaning"), rows),
        "## Signatures",
        _SIGNATURES.strip("\n"),
        "## Fetching",
        _FETCHING.strip("\n"),
        "## Profiles and policies",
        _RULES.strip("\n"),
        table(("policy", "default"), policy),
        prose(Policy),
        "## Import rules",
        _IMPORTS.strip("\n"),
    )


def _default(name: str) -> str:
    value = Settings.model_fields[name].default
    if value is PydanticUndefined or value is None:
        return "none"
    return code(plain(value))


def _allowed(schema: dict[str, Any]) -> str:
    """Say what the schema of a setting allows."""
    options = [schema, *schema.get("anyOf", ())]
    for option in options:
        if "enum" in option:
            return code(*option["enum"])
        if "pattern" in option:
            return f"matches {code(option['pattern'])}"
    least = schema.get("minimum", schema.get("exclusiveMinimum"))
    if least is None:
        return {"boolean": "true, false", "object": "JSON"}.get(schema.get("type", ""), "text")
    more = "more than " if "exclusiveMinimum" in schema else ""
    return f"{more}{least:,} to {schema['maximum']:,}"
