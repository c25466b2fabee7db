"""The tables of web shops for `connectors.md`, where their words are many."""

from collections.abc import Callable, Iterable, Mapping

from connectors.bigcommerce import table as bigcommerce
from connectors.magento import table as magento
from connectors.prestashop import table as prestashop
from docs.generate.page import code, table
from docs.generate.word import becomes
from domain.envelope import kind_of

_TIME = "2024-03-01T08:00:00Z"


def _magento() -> Iterable[str]:
    order = {
        "entity_id": 1,
        "order_currency_code": "EUR",
        "grand_total": 9,
        "items": [],
        "created_at": _TIME,
        "updated_at": _TIME,
    }
    for field, words in (("state", magento.STATES), ("status", magento.STATUSES)):
        rows = [
            (
                code(word),
                code(meaning.validity),
                meaning.hold or "",
                becomes("magento", order | {field: word}),
            )
            for word, meaning in words.items()
        ]
        yield f"`{field}` of an order\n\n" + table(("word", "validity", "hold", "becomes"), rows)
    yield "A status counts where no state stands beside it; sharper than their state are " + code(
        *sorted(magento.SHARPER)
    )
    yield f"Payment methods that are manual: {code(*sorted(magento.MANUAL))}"


def _bigcommerce() -> Iterable[str]:
    order = {
        "id": 1,
        "default_currency_code": "EUR",
        "total_inc_tax": "9.0000",
        "date_created": _TIME,
        "status_id": 11,
        "products": [],
    }
    rows = [
        (
            code(word),
            meaning.name,
            code(meaning.validity),
            meaning.hold or "",
            becomes("bigcommerce", order | {"status_id": word}),
        )
        for word, meaning in bigcommerce.STATUSES.items()
    ]
    heads = ("number", "name", "validity", "hold", "becomes")
    yield "`status_id` of an order\n\n" + table(heads, rows)
    refunded = order | {"refunded_amount": "4.0000"}
    rows_of_payment = [
        (code(word), becomes("bigcommerce", _paid(refunded if "refund" in word else order, word)))
        for word in bigcommerce.PAYMENT
    ]
    yield "`payment_status` of an order\n\n" + table(("word", "becomes"), rows_of_payment)
    yield (
        "`event` of a transaction where its `status` is `ok`, and where it is `error`\n\n"
        + table(
            ("word", "becomes", "refused"),
            [
                (code(word), *(code(kind_of(says[1])) if says else "nothing" for says in both))
                for word, both in bigcommerce.TRANSACTIONS.items()
            ],
        )
    )
    yield f"Payment methods that are manual: {code(*sorted(bigcommerce.MANUAL))}"


def _paid(order: Mapping[str, object], word: str) -> dict[str, object]:
    return {**order, "payment_status": word}


def _prestashop() -> Iterable[str]:
    order = {
        "id": 1,
        "id_currency": 1,
        "total_paid": "9.000000",
        "date_add": "2024-03-01 09:00:00",
    }
    shop = {"prestashop-currencies": "1=EUR", "prestashop-timezone": "Europe/Madrid"}
    rows = [
        (
            code(number),
            code(word),
            code(prestashop.STATES[word].validity),
            becomes("prestashop", {"order": order | {"current_state": number}}, shop),
        )
        for number, word in prestashop.NUMBERS.items()
    ]
    yield "`current_state` of an order in a new shop, and the word for a state of the shop's own"
    yield table(("number", "word", "validity", "becomes"), rows)
    yield f"Modules of payments by hand: {code(*sorted(prestashop.MANUAL))}"


TABLES: dict[str, Callable[[], Iterable[str]]] = {
    "bigcommerce": _bigcommerce,
    "magento": _magento,
    "prestashop": _prestashop,
}
