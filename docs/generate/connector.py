"""`connectors.md`: per source what it is, and what each of its words becomes here.

What a status becomes is computed: the smallest payload with that status goes through the
connector, and the kinds of the facts that come out stand in the table.
"""

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from connectors.adyen import table as adyen
from connectors.delivery import BODY_BYTES_MAX, Source
from connectors.describe import becomes as described
from connectors.describe import written
from connectors.listing import ELEMENTS_MAX
from connectors.registry import SOURCES
from connectors.shopify import fulfilment as shopify_goods
from connectors.shopify import order as shopify_order
from connectors.shopify import payment as shopify_money
from connectors.stripe import table as stripe
from connectors.woocommerce import order as woocommerce
from docs.generate import marketplace, shop
from docs.generate.mapping import mapping_section
from docs.generate.page import code, page, prose, table
from docs.generate.word import becomes, word_table

_ABOUT = f"""
A connector turns a source's own bytes into facts, or says what it did not understand. A body has
{BODY_BYTES_MAX // 1024} KiB at most; a list has {ELEMENTS_MAX} elements at most, each read by
itself. A word that stands in no table becomes `unknown` and is reported as an anomaly, never
guessed. `orderstream normalize --source NAME FILE` shows what a payload becomes, `orderstream
sources NAME` what every word of a source does.
"""
_LIMITS = (f"{BODY_BYTES_MAX // 1024} KiB", f"{ELEMENTS_MAX} elements of a list")
_TESTS = Path(__file__).parents[2] / "tests" / "connectors"
_TIME = "2024-03-01T08:00:00Z"
Tables = Callable[[], Iterable[str]]


def connectors_page() -> str:
    """Write the page."""
    sections = [_section(each) for each in SOURCES.values()]
    return page("Connectors", _ABOUT, _overview(), *sections, mapping_section())


def _overview() -> str:
    rows = [(f"[{s.name}](#{s.name})", s.kind, code(*s.headers)) for s in SOURCES.values()]
    return table(("source", "feed", "vendor headers that are kept"), rows)


def _section(source: Source) -> str:
    tables = _TABLES.get(source.name)
    limits = (*_LIMITS, *source.limits)
    parts = [
        f"## {source.name}",
        f"Signature: {source.signature}.",
        f"Vendor topics: {code(*source.topics)}." if source.topics else "No topics: documents.",
        f"Bodies: {code(*source.formats)}. Limits: {'; '.join(limits)}.",
        f"### Notes on {source.name}",
        _notes(source),
        *(tables() if tables else _all_words(source)),
        *_samples(source),
    ]
    return "\n\n".join(parts)


def _notes(source: Source) -> str:
    """Take the notes from where the connector has them: its module, or the package around it."""
    if source.notes:
        return source.notes
    module = getattr(source.normalise, "func", source.normalise).__module__
    package = module.rpartition(".")[0]
    names = [name for name in (module, package, f"{package}.source") if name != "connectors"]
    return max((prose(sys.modules[name]) for name in names if name in sys.modules), key=len)


def _all_words(source: Source) -> Iterable[str]:
    for title, words in source.words.items():
        yield word_table(
            f"`{title}`", {written(word): described(each) for word, each in words.items()}
        )


def _samples(source: Source) -> Iterable[str]:
    """List the samples, and what the tests hold each of them to."""
    folder = _TESTS / source.name / "samples"
    rows = []
    for path in sorted(folder.glob("*.expected.json")):
        said = json.loads(path.read_text("utf-8"))
        kinds = [code(kind) for kind in dict.fromkeys(fact["kind"] for fact in said["facts"])]
        kinds += [f"wanted: {each['what']}" for each in said.get("wanted", ())]
        kinds += [f"quarantined: {each['field']}" for each in said["quarantined"]]
        rows.append(
            (code(path.name.removesuffix(".expected.json")), ", ".join(kinds) or "nothing")
        )
    if rows:
        where = folder.relative_to(_TESTS.parents[1])
        yield f"Samples, in `{where}`\n\n" + table(("sample", "becomes"), rows)


def _shopify() -> Iterable[str]:
    order = {
        "id": 1,
        "created_at": _TIME,
        "updated_at": _TIME,
        "currency": "EUR",
        "total_price": "9.00",
        "current_total_price": "9.00",
        "total_outstanding": "4.00",
        "line_items": [],
    }
    rows = [
        (code(word), code(validity), becomes("shopify", order | {"financial_status": word}))
        for word, validity in shopify_money.FINANCIAL.items()
    ]
    yield "`financial_status` of an order without transactions\n\n" + table(
        ("word", "validity", "becomes"), rows
    )
    yield f"`fulfillment_status` of an order: known are {code(*shopify_order.FULFILMENT)}"
    yield word_table("`cancel_reason` of an order", shopify_order.CANCEL_REASONS)
    yield "Transactions\n\n" + table(
        ("kind", "status", "becomes"),
        [
            (code(kind), code(status), code(says[1].__struct_config__.tag) if says else "nothing")
            for kind, statuses in shopify_money.KINDS.items()
            for status, says in statuses.items()
        ],
    )
    yield word_table("`status` of a fulfilment", shopify_goods.STATUSES)
    yield word_table("`shipment_status` and fulfilment events", shopify_goods.SCANS)
    yield f"Gateways that are manual: {code(*sorted(shopify_money.MANUAL))}"


def _woocommerce() -> Iterable[str]:
    order = {
        "id": 1,
        "currency": "EUR",
        "total": "9.00",
        "line_items": [],
        "date_created_gmt": _TIME,
        "date_modified_gmt": _TIME,
    }
    rows = [
        (
            code(word),
            code(meaning.validity),
            meaning.hold or "",
            becomes("woocommerce", order | {"status": word}),
        )
        for word, meaning in woocommerce.STATUSES.items()
    ]
    yield "`status` of an order; money came in when `date_paid_gmt` says so\n\n" + table(
        ("word", "validity", "hold", "becomes"), rows
    )
    yield f"Payment methods that are manual: {code(*sorted(woocommerce.MANUAL))}"


def _stripe() -> Iterable[str]:
    money = {"id": "pi_1", "amount": 900, "currency": "eur", "created": 1_709_280_000}
    tables = (
        ("payment_intent", "status", stripe.INTENT),
        ("refund", "status", stripe.REFUND),
        ("dispute", "status", stripe.DISPUTE),
        ("checkout.session", "payment_status", stripe.SESSION_PAYMENT),
    )
    for name, field, words in tables:
        thing = money | {"object": name, "amount_total": 900}
        if name == "checkout.session":
            thing["status"] = "complete"
        rows = [(code(word), becomes("stripe", thing | {field: word})) for word in words]
        yield f"`{field}` of a `{name}`\n\n" + table(("word", "becomes"), rows)
    yield "Amounts of Stripe that are not ISO 4217's: " + "; ".join(
        f"{currency} times {times} by {by}" for currency, (times, by) in stripe.DECIMALS.items()
    )


def _adyen() -> Iterable[str]:
    meanings = (
        *sorted((adyen.PAYMENT | adyen.MODIFICATION).items()),
        *((f"CANCEL_OR_REFUND/{word}", each) for word, each in adyen.CANCEL_OR_REFUND.items()),
    )
    yield "`eventCode` where `success` is true, and where it is false\n\n" + table(
        ("word", "becomes", "refused"),
        [(code(word), *(_kind(kind) for kind in each)) for word, each in meanings],
    )
    yield word_table("`eventCode` of a dispute", adyen.DISPUTE)
    yield word_table("`disputeStatus`, where the event leaves it open", adyen.DISPUTE_STATUS)
    yield word_table("`eventCode` about fraud: the order's risk", adyen.RISK)
    yield f"Ignored: {code(*adyen.IGNORED)}"


def _kind(kind: type | None) -> str:
    return code(kind.__struct_config__.tag) if kind else "nothing"


_TABLES: dict[str, Tables] = {
    "adyen": _adyen,
    "shopify": _shopify,
    "stripe": _stripe,
    "woocommerce": _woocommerce,
    **marketplace.TABLES,
    **shop.TABLES,
}
