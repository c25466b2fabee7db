"""Sources that are described, not written: what a mapping makes of payloads."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import permutations
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.mapping import MappingError, read_mapping
from connectors.normalise import normalise
from tests.connectors import kit
from tests.connectors.mutation import NOISE, mutations
from tests.domain.stories import examples

EXAMPLES = Path(__file__).parents[3] / "examples"
CASES = {"gardenhouse": "gardenhouse-orders.json", "parcelwerk": "parcelwerk-scans.xml"}
EXPECTED = Path(__file__).parent


def described(name):
    return read_mapping((EXAMPLES / "mappings" / f"{name}.toml").read_text(), f"{name}.toml")


SOURCES = {name: described(name) for name in CASES}
SAMPLES = {
    name: [kit.Sample(SOURCES[name], EXAMPLES / "payloads" / file)] for name, file in CASES.items()
}


@pytest.mark.parametrize("name", CASES)
def test_an_example_becomes_exactly_the_expected_facts(name):
    """The two mappings that README shows, one of JSON and one of XML."""
    [sample] = SAMPLES[name]

    expected = json.loads((EXPECTED / f"{name}.expected.json").read_text())

    assert kit.said(sample.read()) == expected


@pytest.mark.rule("X.1")
def test_an_older_export_after_a_newer_one_changes_nothing():
    """Because its rows say what a newer statement is."""
    newer = json.loads((EXAMPLES / "payloads" / CASES["gardenhouse"]).read_text())
    newer["orders"] = newer["orders"][:1]
    older = kit.changed(
        newer,
        {
            "orders.0.state": "paid",
            "orders.0.changed": "03.03.2026 12:00",
            "orders.0.parcels": [],
        },
    )
    told = [kit.read(SOURCES["gardenhouse"], content).facts for content in (older, newer)]

    ends = [kit.ends(sum(arrival, ())) for arrival in permutations([*told, *told])]

    assert all(end == ends[0] for end in ends)
    [snapshot] = [msgspec.json.decode(end) for end in ends[0].values()]
    assert snapshot["order"]["source_status"] == "shipped"
    assert (snapshot["payment"], snapshot["fulfilment"]) == ("paid", "fulfilled")


MINIMAL = """
name = "tiny"
kind = "orders"
about = {{ order = "id" }}
at = "at"
{top}
[[facts]]
kind = "{kind}"
id = ["id"]
{row}
"""


def tiny(body="", *, kind="payment.captured", row="", top='money = { currency = "cur" }'):
    text = MINIMAL.format(kind=kind, top=top, row=row or f"body = {{ {body} }}")
    return read_mapping(text, "tiny.toml")


def facts_of(source, **payload):
    content = {"id": "A-1", "at": "2024-05-01T10:00:00Z", "cur": "EUR"} | payload
    return kit.read(source, content)


def value_of(hint_field, raw, entry, **how):
    """What one field of a body becomes, or why it does not."""
    kind, field = hint_field
    source = tiny(kind=kind, row=f"revised_at = 'at'\n[facts.body]\n{entry}", **how)
    reading = facts_of(source, raw=raw)
    if reading.quarantined:
        return f"{reading.quarantined[0].field}: {reading.quarantined[0].reason}"
    return getattr(reading.facts[0].body, field)


AMOUNT = ("payment.captured", "amount")
CAPTURED = "amount = 'raw'"
CONVERSIONS = [
    ("10.50", "", 1050),
    (10.5, "", 1050),
    (10, "", 1000),
    ("10.505", "", "raw: has more decimals than EUR knows"),
    ("ten", "", "raw: is no plain decimal amount"),
    ("-1.00", "", "raw: Expected `int` >= 0"),
    (True, "", "raw: is no plain decimal amount"),
    ([], "", "raw: is no plain decimal amount"),
    (None, "", "raw: is missing"),
    ("", "", "raw: is missing"),
    ("1.058,90", "decimal_comma = true", 105890),
    (1050, "unit = 'minor'", 1050),
    ("1050", "unit = 'minor'", 1050),
    (10.5, "unit = 'minor'", "raw: is no whole number"),
    (10**17, "unit = 'minor'", "raw: Expected `int` <= 1000000000000000"),
    (1050, "unit = 3", 105),
    (1055, "unit = 3", "raw: has more decimals than EUR knows"),
    (10, "unit = 0", 1000),
]


@pytest.mark.parametrize(("raw", "money", "expected"), CONVERSIONS)
def test_an_amount_is_minor_units_or_refused(raw, money, expected):
    """Never rounded, never guessed; the currency's own decimals count."""
    top = f"[money]\ncurrency = 'cur'\n{money}"

    assert value_of(AMOUNT, raw, CAPTURED, top=top) == expected


@pytest.mark.parametrize(
    ("currency", "raw", "expected"),
    [
        ("JPY", "1050", 1050),
        ("KWD", "1.050", 1050),
        ("EUR", "1.05", 105),
        ("BTC", "1", "currency: is no currency of ISO 4217"),
        (None, "1", "currency: is no currency of ISO 4217"),
    ],
)
def test_an_amount_follows_its_own_bodys_currency(currency, raw, expected):
    """A refund in another currency than the order's is counted in its own."""
    source = tiny("amount = 'raw', currency = 'other'")

    reading = facts_of(source, raw=raw, other=currency)

    if reading.facts:
        assert (reading.facts[0].body.amount, reading.facts[0].body.currency) == (
            expected,
            currency,
        )
    else:
        said = [f"{each.field}: {each.reason}" for each in reading.quarantined]
        assert said == [expected]


AT = datetime(2024, 5, 1, 10, tzinfo=UTC)
TIMES = [
    ("2024-05-01T12:00:00+02:00", "", AT),
    ("2024-05-01T10:00:00Z", "", AT),
    ("2024-05-01 12:00", "zone = 'Europe/Berlin'", AT),
    ("2024-01-01 11:00", "zone = 'Europe/Berlin'", datetime(2024, 1, 1, 10, tzinfo=UTC)),
    ("2024-05-01T12:00:00", "", "raw: has no offset from UTC"),
    ("01/05/2024 6AM", "format = '%d/%m/%Y %I%p', zone = 'America/New_York'", AT),
    ("Wed, 01 May 2024 10:00:00 +0000", "format = '%a, %d %b %Y %H:%M:%S %z'", AT),
    (1714557600, "format = 'seconds'", AT),
    ("1714557600.0", "format = 'seconds'", AT),
    (1714557600000, "format = 'milliseconds'", AT),
    (1714557600, "", "raw: is no time written as text"),
    ("soon", "", "raw: is no such time"),
    ("soon", "format = 'seconds'", "raw: is no time in numbers"),
    (1e300, "format = 'seconds'", "raw: is no time in numbers"),
    (True, "format = 'seconds'", "raw: is no time in numbers"),
    ("0001-01-01T00:00:00Z", "", "raw: is not of this age"),
    (0, "format = 'milliseconds'", "raw: is not of this age"),
]


@pytest.mark.parametrize(("raw", "how", "expected"), TIMES)
def test_a_time_is_utc_or_refused(raw, how, expected):
    """Local times need a zone; each field may be written in a way of its own."""
    entry = f"expected_at = {{ path = 'raw'{', ' + how if how else ''} }}"

    assert value_of(("shipment.eta_changed", "expected_at"), raw, entry) == expected


@pytest.mark.parametrize(
    ("field", "raw", "entry", "expected"),
    [
        ("note", "  a  ", "note = 'raw'", "a"),
        ("note", 7, "note = 'raw'", "7"),
        ("note", None, "note = 'raw'", ""),
        ("note", None, "note = { path = 'raw', default = 'none' }", "none"),
        ("note", {"a": 1}, "note = 'raw'", "raw: is no text"),
        ("note", "x" * 9_000, "note = 'raw'", "x" * 2_000),
        ("pickup", "YES", "pickup = 'raw'", True),
        ("pickup", 0, "pickup = 'raw'", False),
        ("pickup", "maybe", "pickup = 'raw'", "raw: is neither yes nor no"),
        ("ship_by", "2024-05-03", "ship_by = 'raw'", date(2024, 5, 3)),
        (
            "ship_by",
            "2024-05-03T23:30:00Z",
            "ship_by = { path = 'raw', zone = 'Europe/Berlin' }",
            date(2024, 5, 4),
        ),
        ("hold", "fraud", "hold = 'raw'", "fraud"),
        ("validity", "valid", "validity = 'raw'", "valid"),
        ("payment_method", "cod", "payment_method = 'raw'", "raw: Expected `str` matching"),
        ("number", None, "number = { value = 7 }", "facts row 1"),
    ],
)
def test_a_field_is_read_as_what_it_is(field, raw, entry, expected):
    """Text, yes or no, days and our own words, by the type of the field."""
    kind = ("order.revised", field)
    entry = f"total = {{ value = 5 }}\n{entry}"
    if isinstance(expected, str) and expected.startswith("facts row"):
        with pytest.raises(MappingError, match="row 1"):
            value_of(kind, raw, entry)
        return

    found = value_of(kind, raw, entry)

    assert found == expected or str(found).startswith(str(expected) if expected else "\0")


@pytest.mark.rule("X.21")
def test_a_word_in_no_table_is_unknown_and_reported():
    """In particular it is not the last one known, nor the first of the table."""
    top = "money = { currency = 'cur' }\n[tables.state]\nok = 'valid'\n[tables.hold]\nx = 'fraud'"
    row = (
        "revised_at = 'at'\n[facts.body]\ntotal = { value = 5 }\n"
        "validity = { path = 'raw', table = 'state' }\nhold = { path = 'raw', table = 'hold' }"
    )
    source = tiny(kind="order.revised", row=row, top=top)

    reading = facts_of(source, raw="odd")

    document, *reported = reading.facts
    assert (document.body.validity, document.body.hold) == ("unknown", None)
    assert [(each.body.field, each.body.value) for each in reported] == [("raw", "odd")] * 1
    assert facts_of(source, raw="ok").facts[0].body.validity == "valid"


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ({"id": None}, "id"),
        ({"id": 1.0}, "id"),
        ({"id": True}, "id"),
        ({"id": ""}, "id"),
        ({"id": "a b"}, "id"),
        ({"id": "x" * 129}, "id"),
        ({"at": None}, "at"),
        ({"at": 5}, "at"),
        ({"cur": "EURO"}, "currency"),
    ],
)
def test_a_payload_without_what_a_fact_needs_is_quarantined(payload, field):
    """Each by the path that the mapping gave."""
    reading = facts_of(tiny("amount = 'raw'"), **({"raw": "1.00"} | payload))

    assert reading.facts == ()
    assert {each.field for each in reading.quarantined} == {field}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ([], "nothing"),
        (7, "is no object"),
        ([7], "is no object"),
        ({"a": 1}, "is not of tiny"),
        ([{"id": "A"}] * 251, "list over 250 elements"),
    ],
)
def test_what_is_not_of_the_source_is_quarantined(content, reason):
    """A list of nothing is understood."""
    source = tiny("amount = 'raw'", top="recognise = 'id'\nmoney = { currency = 'cur' }")

    reading = kit.read(source, content)

    said = [each.reason for each in reading.quarantined]
    assert reading.facts == ()
    assert (said[0] if said else reading.ignored and "nothing") == reason


def test_topics_choose_rows_and_strange_ones_are_quarantined():
    """Where the source names its events."""
    top = "topics = ['paid', 'other']\nmoney = { currency = 'cur' }"
    source = tiny(row="topics = ['paid']\nbody = { amount = 'raw' }", top=top)
    payload = {"id": "A", "at": "2024-05-01T10:00:00Z", "cur": "EUR", "raw": "1"}

    assert len(kit.read(source, payload, topic="paid").facts) == 1
    assert kit.read(source, payload, topic="other").ignored
    assert kit.read(source, payload, topic="strange").quarantined[0].field == "topic"


def test_rows_that_cannot_be_read_cost_the_others_nothing():
    """Each fact is told or quarantined by itself."""
    source = read_mapping(
        """
        name = "tiny"
        kind = "orders"
        about = { order = "id" }
        [[facts]]
        kind = "order.confirmed"
        id = ["id"]
        [[facts]]
        kind = "order.closed"
        id = ["id"]
        at = "closed"
        """,
        "tiny.toml",
    )

    reading = kit.read(source, {"id": "A", "closed": "whenever"})

    assert kit.kinds(reading) == ["order.confirmed"]
    assert reading.facts[0].occurred_at == kit.RECEIVED_AT
    assert [each.field for each in reading.quarantined] == ["closed"]


@pytest.mark.parametrize(
    ("about", "payload", "reference"),
    [
        ('{ parcel = "p" }', {"p": "ab 1-2"}, "parcel:AB12"),
        ('{ payment = "p", provider = "\'stripe\'" }', {"p": "pi_1"}, "payment:stripe:pi_1"),
        ('{ number = "p" }', {"p": 17}, "order:17"),
        ('{ number = "p" }', {"p": [1, 2]}, None),
        ('{ number = "p" }', {}, None),
    ],
)
def test_what_only_a_reference_knows_is_about_it(about, payload, reference):
    """Providers and carriers know no order of ours."""
    source = tiny(kind="order.confirmed", row=f"about = {about}")

    reading = facts_of(source, **payload)

    assert [fact.reference for fact in reading.facts] == ([reference] if reference else [])
    assert bool(reading.quarantined) != bool(reference)


WRONG = [
    ('kind = "orders"', 'kind = "order"', "$.kind"),
    ('name = "tiny"', 'name = "Tiny"', "name: 'Tiny' is not small letters"),
    ('name = "tiny"', "", "missing required field `name`"),
    ('name = "tiny"', "name = 7", "$.name"),
    ('name = "tiny"', 'nmae = "tiny"', "unknown field `nmae`"),
    ('id = ["id"]', "id = []", "facts row 1 (payment.captured): id is empty"),
    ('id = ["id"]', 'id = ["a["]', "row 1 (payment.captured) id: 'a[' is no path"),
    ('id = ["id"]', 'id = ["id"]\nwhen = "a =="', "row 1 (payment.captured) when"),
    ('id = ["id"]', 'id = ["id"]\ntopics = ["x"]', "the topic 'x' is not among"),
    ('id = ["id"]', 'id = ["id"]\nabout = { order = "a", parcel = "b" }', None),
    ('id = ["id"]', 'id = ["id"]\nabout = {}', "takes one of order, number, parcel, payment"),
    ('id = ["id"]', 'id = ["id"]\nabout = { payment = "p" }', "payment needs it"),
    ('id = ["id"]', 'id = ["id"]\nrevised_at = "a"\nversion = "b"', "not both"),
    ("payment.captured", "payment.stolen", "facts row 1: no kind 'payment.stolen'"),
    ("payment.captured", "reference.linked", "facts row 1: no kind 'reference.linked'"),
    ("payment.captured", "order.revised", "a document needs revised_at or version"),
    ("amount = 'raw'", "", "body: the field 'amount' is missing"),
    ("amount = 'raw'", "amount = 'raw', x = 'y'", "body: no field 'x'; there are amount"),
    ("amount = 'raw'", "amount = { }", "body.amount: takes a path, or a value, or fields"),
    ("amount = 'raw'", "amount = { path = 'a', value = 1 }", "body.amount: takes a path"),
    ("amount = 'raw'", "amount = { value = -1 }", "body.amount: -1 does not fit"),
    ("amount = 'raw'", "amount = { path = 'a', default = 'b' }", "body.amount: 'b' does not fit"),
    ("amount = 'raw'", "amount = { fields = { a = 'b' } }", "body.amount: is one value"),
    ("amount = 'raw'", "amount = { path = 'a', table = 't' }", "no table 't'"),
    ("amount = 'raw'", "amount = 'raw', evidence = { value = 'gossip' }", "body.evidence"),
    ("at = 'at'", "at = { path = 'a', format = 'sometimes' }", "is no format of a time"),
    ("at = 'at'", "at = { path = 'a', zone = 'Mars/North' }", "no time zone 'Mars/North'"),
    ("at = 'at'", "times = { zone = 'Mars/North' }", "times: no time zone"),
    ("at = 'at'", "tables.t.a = 'b'", "tables.t: no row uses it"),
    ("currency = 'cur'", "currency = 'cur', unit = 9", "money.unit: 9 is no number of decimals"),
    ("currency = 'cur'", "currency = 'cur', unit = 'cent'", "$.money.unit"),
    ("at = 'at'", "links = [{ order = 'x' }]", "links row 1: takes one of"),
    ("order = 'id'", "parcel = 'id'", None),
    ("at = 'at'", "elements = '[?'", "elements: '[?' is no path"),
]
GOOD = """
name = "tiny"
kind = "orders"
about = { order = 'id' }
at = 'at'
money = { currency = 'cur' }
[[facts]]
kind = "payment.captured"
id = ["id"]
body = { amount = 'raw' }
"""


@pytest.mark.parametrize(("part", "instead", "reason"), WRONG)
def test_a_mapping_that_cannot_work_is_refused_by_the_row_at_fault(part, instead, reason):
    """Checked once, at load; None in the table: it works all the same."""
    assert part in GOOD
    text = GOOD.replace(part, instead)

    if reason is None:
        assert read_mapping(text, "tiny.toml").name == "tiny"
        return
    with pytest.raises(MappingError) as caught:
        read_mapping(text, "tiny.toml")

    assert str(caught.value).startswith("tiny.toml: ")
    assert reason in str(caught.value)


def test_words_of_a_table_are_held_against_the_field_that_they_are_for():
    """A typo in our words would otherwise show with the first order."""
    top = "money = { currency = 'cur' }\n[tables.state]\nok = 'vallid'"
    row = "revised_at = 'at'\nbody = { total = 'raw', validity = { path = 's', table = 'state' } }"

    with pytest.raises(MappingError, match=r"tables\.state\.ok: 'vallid' does not fit"):
        tiny(kind="order.revised", row=row, top=top)


def test_links_need_an_order_to_lead_to():
    with pytest.raises(MappingError, match="links belong to an order"):
        read_mapping(
            GOOD.replace("order = 'id'", "parcel = 'id'").replace(
                "at = 'at'", "links = [{ number = 'n' }]"
            ),
            "tiny.toml",
        )


@pytest.mark.parametrize("name", CASES)
@pytest.mark.fuzz
@examples(0.5)
@given(data=st.data())
def test_whatever_arrives_becomes_facts_or_a_quarantine(name, data):
    """A mapping gives no more exceptions than a connector in code."""
    source = SOURCES[name]
    body, _ = data.draw(mutations(SAMPLES[name]) | NOISE.map(lambda noise: (noise, {})))

    reading = kit.read(source, body)

    assert reading.facts or reading.quarantined or reading.ignored
    assert not [q for q in reading.quarantined if q.reason.startswith(("internal", "invalid"))]


@given(st.text(max_size=200) | st.sampled_from(list(GOOD.splitlines())))
def test_any_text_is_a_mapping_or_refused(text):
    """Whatever an operator's editor left in the folder."""
    for candidate in (text, GOOD + text, text + GOOD):
        try:
            read_mapping(candidate, "tiny.toml")
        except MappingError as error:
            assert str(error)  # noqa: PT017 - most texts are refused


@given(
    st.decimals(min_value=0, max_value=10**9, places=2),
    st.sampled_from(["text", "comma", "minor", "thousandths"]),
)
def test_every_way_to_write_an_amount_is_the_same_amount(amount, way):
    """1,234.50 however it is written, exactly."""
    ways = {
        "text": (str(amount), ""),
        "comma": (f"{amount:,}".translate(str.maketrans(",.", ".,")), "decimal_comma = true"),
        "minor": (int(amount * 100), "unit = 'minor'"),
        "thousandths": (int(amount * 1000), "unit = 3"),
    }
    raw, money = ways[way]

    found = value_of(AMOUNT, raw, CAPTURED, top=f"[money]\ncurrency = 'cur'\n{money}")

    assert found == int(Decimal(amount) * 100)


@pytest.mark.rule("X.1")
@examples(0.2)
@given(st.permutations(range(4)), st.lists(st.integers(0, 3), max_size=3))
def test_deliveries_of_a_mapped_source_converge(arrival, repeats):
    """Four states of one order and one of another, in any order, some twice."""
    whole = json.loads((EXAMPLES / "payloads" / CASES["gardenhouse"]).read_text())
    contents = [
        whole,
        kit.changed(whole, {"orders.0.state": "new", "orders.0.changed": "02.03.2026 09:15"}),
        kit.changed(
            whole, {"orders.0.state": "cancelled", "orders.0.changed": "05.03.2026 09:15"}
        ),
        kit.changed(whole, {"orders.1.state": "done", "orders.1.payment.received": []}),
    ]
    source = SOURCES["gardenhouse"]
    told = [normalise(source, kit.delivery(json.dumps(each).encode())).facts for each in contents]

    ended = kit.ends(fact for number in [*arrival, *repeats] for fact in told[number])

    assert ended == kit.ends(fact for facts in told for fact in facts)
