"""How a vendor's story becomes facts: the same for every carrier."""

import json
from datetime import UTC, datetime

import pytest

from connectors.carrier import dpd, fedex, hermes, sendle, ups
from connectors.delivery import BODY_BYTES_MAX
from connectors.registry import SOURCES
from connectors.tracking import clock
from connectors.tracking.node import Node, UnreadableError
from domain.fact import ShipmentEtaChanged, ShipmentScan
from tests.connectors import kit
from tests.connectors.kit import reported, states

TRACKING = [
    source
    for source in SOURCES.values()
    if source.kind == "tracking" and source.name != "easypost"
]
EACH = pytest.mark.parametrize("source", TRACKING, ids=lambda each: each.name)
NOTHING_HAPPENED = (
    "refused",
    "web_tools_refused",
    "not_found",
    "fault",
    "no_history",
    "error",
    "nameless",
)


def hermes_parcel(*events, number="H1", **more):
    status = [
        {"timestamp": f"2024-03-{day:02}T08:30:00+01:00", "code": code} for day, code in events
    ]
    return {"shipmentinfo": [{"shipmentID": number, "status": status} | more]}


def promised(reading):
    return [fact for fact in reading.facts if isinstance(fact, ShipmentEtaChanged)]


@EACH
def test_an_error_of_the_vendor_is_never_a_fact(source):
    """A number that is not known yet, a wrong key: the field and its value are named."""
    errors = [each for each in kit.samples(source) if each.name in NOTHING_HAPPENED]

    for each in errors:
        reading = each.read()
        assert reading.facts == ()
        assert [(bool(q.reason), bool(q.field)) for q in reading.quarantined] == [(True, True)]
    assert errors or source.name in {"gls", "hermes", "parcelone", "shippo", "usps_international"}


@EACH
def test_nobody_is_named(source):
    """Whoever signed, receives or lives next door: EXAMPLE in every sample that names one."""
    for each in kit.samples(source):
        assert b"EXAMPLE" not in b"".join(each.read().encoded)


@EACH
@pytest.mark.rule("X.21")
def test_an_unheard_of_word_is_reported_and_never_guessed(source):
    """Every vendor has a sample with one; a sub-tag beside a known tag has that one's state."""
    readings = [each.read() for each in kit.samples(source)]
    facts = [fact for reading in readings for fact in reading.facts]
    unknown = {
        fact.body.code
        for fact in facts
        if isinstance(fact, ShipmentScan) and fact.body.state == "unknown"
    }
    words = {word.partition("/")[0] for reading in readings for word in reported(reading)}

    assert words - {"InTransit_077"} <= unknown
    assert words


@EACH
def test_what_the_vendor_wrote_is_kept(source):
    """The raw code and the raw time stand beside what they were turned into."""
    scans = [
        fact
        for each in kit.samples(source)
        for fact in each.read().facts
        if isinstance(fact, ShipmentScan) and not fact.inferred
    ]

    for scan in scans:
        assert scan.body.code
        assert scan.body.local_time
        assert scan.reference == f"parcel:{scan.body.number}"
        assert scan.body.carrier


def test_a_scan_is_the_same_fact_in_every_delivery():
    """Each answer tells the whole journey again; spelling of the number makes no difference."""
    first = kit.read(hermes.SOURCE, hermes_parcel((1, "0000"), (2, "2000")))
    later = kit.read(
        hermes.SOURCE, hermes_parcel((3, "3500"), (2, "2000"), (1, "0000"), number=" h-1 ")
    )

    assert {fact.event_id for fact in first.facts} < {fact.event_id for fact in later.facts}


@pytest.mark.rule("X.1")
def test_all_answers_of_one_journey_in_any_order_are_one_journey():
    """And each of them twice."""
    forecast = {"deliveryForecast": {"date": "2024-03-04"}}
    order = kit.story(
        hermes.SOURCE,
        hermes_parcel((1, "0000"), **forecast),
        hermes_parcel((1, "0000"), (2, "2000"), deliveryForecast={"date": "2024-03-05"}),
        hermes_parcel((1, "0000"), (2, "2000"), (3, "4000")),
        hermes_parcel((1, "0000"), (2, "2000"), (3, "4000"), (4, "3500")),
    )

    assert order.derived.goods.parcels["H1"].state == "delivered"


def gls_parcel(status, *codes):
    events = [
        {"code": code, "eventDateTime": f"2024-03-0{day}T10:00:00+0100"}
        for day, code in enumerate(codes, 1)
    ]
    return {
        "parcels": [
            {
                "unitno": "1",
                "status": status,
                "statusDateTime": "2024-03-09T10:00:00+0100",
                "events": events,
            }
        ]
    }


@pytest.mark.parametrize(
    ("status", "codes", "told"),
    [
        ("INTRANSIT", (), [("in_transit", True)]),
        ("INTRANSIT", ("INBOUN.NORMAL",), [("in_transit", False)]),
        ("DELIVERED", ("INBOUN.NORMAL",), [("in_transit", False), ("delivered", True)]),
        ("PREADVICE", (), [("created", True)]),
        ("PREADVICE", ("INBOUN.NORMAL",), [("in_transit", False)]),
        ("JUGGLED", (), [("unknown", True)]),
        ("JUGGLED", ("INBOUN.NORMAL",), [("in_transit", False)]),
    ],
)
def test_the_status_of_the_whole_is_told_where_no_event_says_as_much(status, codes, told):
    """Once a state, however often it comes, and as inferred: nobody scanned it."""
    reading = kit.read(SOURCES["gls"], gls_parcel(status, *codes))

    assert states(reading) == told


def test_a_status_without_any_time_is_as_old_as_its_delivery():
    """Its name is its state, so a later delivery of the same adds nothing."""
    article = {"article_id": "A1", "events": [], "status": "Delivered"}
    payload = {"tracking_results": [{"trackable_items": [article]}]}

    [fact] = kit.read(SOURCES["australiapost"], payload).facts

    assert (fact.occurred_at, fact.inferred) == (kit.RECEIVED_AT, True)
    assert fact.event_id == "australiapost:A1:status:delivered"


def test_a_bad_line_takes_nothing_with_it():
    """The others stand; each bad one says which field, and what it holds."""
    payload = hermes_parcel((1, "0000"), (2, "2000"))
    bad = [
        {"timestamp": "yesterday", "code": "2000"},
        {"timestamp": None, "code": "2000"},
        {"timestamp": 1.5, "code": "2000"},
        {"timestamp": "0001-01-01T00:00:00+14:00", "code": "2000"},
        {"timestamp": "2024-03-01T08:30:00+01:00", "code": ""},
        {"timestamp": "2024-03-01T08:30:00+01:00", "code": ["2000"]},
        {"timestamp": "2024-03-01T08:30:00+01:00", "code": "2000", "scanningUnit": "here"},
        7,
    ]
    payload["shipmentinfo"][0]["status"] += bad

    reading = kit.read(hermes.SOURCE, payload)

    assert states(reading) == [("created", False), ("in_transit", False)]
    assert [each.field.removeprefix("shipmentinfo.0.status.") for each in reading.quarantined] == [
        *["2.timestamp", "3", "4.timestamp", "5.timestamp", "6.code", "7.code"],
        *["8.scanningUnit", "9.code"],
    ]


def test_a_bad_promise_hides_no_scan():
    """They are what the parcel's state is made of."""
    reading = kit.read(
        hermes.SOURCE, hermes_parcel((1, "0000"), deliveryForecast={"date": "soon"})
    )

    assert states(reading) == [("created", False)]
    assert reading.quarantined[0].field == "shipmentinfo.0.deliveryForecast.date"


def test_a_promise_is_one_fact_and_the_later_answer_knows_better():
    """The same day promised again is the same fact, told with a higher revision."""
    forecast = {"deliveryForecast": {"date": "2024-03-05"}}
    [first] = promised(kit.read(hermes.SOURCE, hermes_parcel((1, "0000"), **forecast)))
    [later] = promised(kit.read(hermes.SOURCE, hermes_parcel((2, "2000"), **forecast)))

    assert first.body.expected_at == datetime(2024, 3, 5, tzinfo=UTC)
    assert first.event_id == later.event_id
    assert first.revision < later.revision


def test_the_parcel_of_a_document_that_does_not_name_it_comes_from_the_header():
    """Without one, the document is kept for whoever can say."""
    payload = {
        "tracking_events": [{"event_type": "Delivered", "scan_time": "2024-03-01T10:00:00Z"}]
    }

    named = kit.read(sendle.SOURCE, payload, tracking_number="s34-wer")
    nameless = kit.read(sendle.SOURCE, payload)

    assert [fact.reference for fact in named.facts] == ["parcel:S34WER"]
    assert nameless.facts == ()
    assert nameless.quarantined[0].field == "tracking-number"


@pytest.mark.parametrize("number", [None, "", " - ", "x" * 101, 9.2e21, True, ["H1"], "a\x00b"])
def test_a_number_that_is_none_is_refused(number):
    """A parcel that cannot be trusted tells nothing."""
    reading = kit.read(hermes.SOURCE, hermes_parcel((1, "0000"), number=number))

    assert reading.facts == ()
    assert reading.quarantined[0].field in {
        "shipmentinfo.0.tracking-number",
        "shipmentinfo.0.shipmentID",
    }


def test_lists_and_journeys_are_bounded():
    """A flood is refused as a whole."""
    parcels = {"shipmentinfo": [{}] * 251}
    scans = hermes_parcel(*[(1, "0000")] * 501)

    assert kit.read(hermes.SOURCE, parcels).quarantined[0].reason == "over 250 parcels"
    assert kit.read(hermes.SOURCE, scans).quarantined[0].reason == "over 500 scans"
    assert len(json.dumps(scans)) < BODY_BYTES_MAX


@pytest.mark.rule("X.18")
def test_parcels_of_a_test_are_marked():
    """Landmark and Shippo say so in the document."""
    marked = {
        each.path.stem: {fact.test for fact in each.read().facts}
        for name in ("landmark", "shippo")
        for each in kit.samples(SOURCES[name])
    }

    assert marked["packages"] == marked["track_of_a_test"] == {True}
    assert marked["track_updated"] == {False}


@pytest.mark.parametrize(
    ("type_", "code", "number", "state"),
    [
        ("D", "KB", "011", "delivered"),
        ("D", "RT", "011", "delivered"),
        ("D", "FS", "034", "returned_to_sender"),
        ("I", "OT", "021", "out_for_delivery"),
        ("I", "Q7", "005", "in_transit"),
        ("X", "Q7", "022", "attempt_failed"),
        ("X", "Q7", "064", "attempt_failed"),
        ("X", "Q7", "059", "damaged"),
        ("X", "Q7", "068", "lost"),
        ("X", "Q7", "035", "returning"),
        ("X", "Q7", "003", "held"),
        ("X", "DMG", "", "damaged"),
        ("M", "MP", "003", "created"),
        ("MV", "VD", "007", "label_voided"),
        ("P", "PU", "038", "handed_over"),
        ("RS", "Q7", "035", "returning"),
        ("", "", "011", "delivered"),
        ("ZZ", "Q7", "999", "unknown"),
    ],
)
def test_a_status_of_ups_is_told_by_its_type_its_code_and_its_number(type_, code, number, state):
    """A clear type decides; progress and exceptions are told by code, then by number."""
    activity = {
        "date": "20240301",
        "time": "101500",
        "status": {"type": type_, "code": code, "statusCode": number},
    }
    package = {"trackingNumber": "1Z1", "activity": [activity]}
    payload = {"trackResponse": {"shipment": [{"package": [package]}]}}

    assert states(kit.read(ups.SOURCE, payload)) == [(state, False)]


def test_fedex_tells_the_found_beside_the_lost():
    """One number of an answer may be unknown; what a scan's exception code says is its reason."""
    [sample] = [each for each in kit.samples(fedex.SOURCE) if each.name == "two_numbers"]

    reading = sample.read()

    assert len(states(reading)) == 7
    assert len(reading.quarantined) == 1
    assert reading.facts[0].body.reason == "consignee_not_home"


def test_fedex_tells_the_newest_parcel_of_a_number_that_was_used_again():
    """The other was delivered years ago."""
    [sample] = [each for each in kit.samples(fedex.SOURCE) if each.name == "a_number_used_again"]

    reading = sample.read()

    assert states(reading) == [("out_for_delivery", False), ("in_transit", True)]
    assert [each.value for each in reading.quarantined] == ["soon"]


def test_steps_that_are_not_reached_yet_are_not_told():
    """DPD sends the rest of the journey, too."""
    step = "<statusInfo><status>Delivered</status><statusHasBeenReached>%s</statusHasBeenReached>"
    answer = (
        "<Envelope><Body><getTrackingDataResponse><trackingresult>"
        + step % "false"
        + "<date><content>3/1/2024 1:00:00 PM</content></date></statusInfo>"
        + "</trackingresult></getTrackingDataResponse></Body></Envelope>"
    ).encode()

    reading = kit.read(dpd.SOURCE, answer, tracking_number="1")

    assert (reading.facts, reading.ignored) == ((), "a parcel of which nothing is told yet")


TIMES = """
iso          2024-03-01T08:30:00+01:00    2024-03-01 07:30:00
iso          2024-03-01T08:30:00+0100     2024-03-01 07:30:00
iso          2024-03-01T08:30:00Z         2024-03-01 08:30:00
iso          2024-03-01T08:30:00          2024-03-01 08:30:00
iso          2024-03-01 08:30:00 UTC      2024-03-01 08:30:00
iso          2024-03-01T08:30:00.6571145  2024-03-01 08:30:00.657114
iso          20240301T083000              2024-03-01 08:30:00
iso          20240301                     2024-03-01 00:00:00
iso          2024-03-01                   2024-03-01 00:00:00
epoch        1709281800                   2024-03-01 08:30:00
epoch        1709281800000                2024-03-01 08:30:00
month_first  3/1/2024 8:30:00 AM          2024-03-01 08:30:00
month_first  3/1/2024 12:30:00 AM         2024-03-01 00:30:00
month_first  03/01/2024 12:30 PM          2024-03-01 12:30:00
month_first  3/1/2024 18:30               2024-03-01 18:30:00
month_first  3/1/2024                     2024-03-01 00:00:00
day_first    01.03.2024 08:30             2024-03-01 08:30:00
day_first    01.03.2024, 08:30:15         2024-03-01 08:30:15
any_form     01.03.2024 08:30             2024-03-01 08:30:00
any_form     3/1/2024 8:30:00 PM          2024-03-01 20:30:00
any_form     2024-03-01 08:30:00          2024-03-01 08:30:00
in_words     March 1, 2024 8:30 pm        2024-03-01 20:30:00
in_words     Mar 1, 2024                  2024-03-01 00:00:00
in_words     Mars 1, 2024                 -
in_words     Marz                         -
in_words     1 March 2024                 -
iso          yesterday                    -
iso          1889-03-01T08:30:00Z         -
iso          24:00                        -
epoch        soon                         -
epoch        99999999999999999            -
month_first  13/1/2024 8:30 AM            -
month_first  3/1/2024 13:30 PM            -
month_first  3/1/2024 0:30 AM             -
month_first  3/1/2024 25:30               -
month_first  1.3.2024                     -
day_first    32.01.2024                   -
day_first    01.03.2024 08:75             -
"""


@pytest.mark.parametrize("line", TIMES.strip().splitlines())
def test_a_time_is_read_as_its_vendor_writes_it(line):
    """Without a zone it is taken for UTC; what is none is refused."""
    name = line[:13].strip()
    text, expected = line[13:42].strip(), line[42:].strip()
    read = getattr(clock, name)

    if expected == "-":
        with pytest.raises((ValueError, OverflowError)):
            read(text)
    else:
        assert read(text) == datetime.fromisoformat(f"{expected}+00:00")


def test_a_node_reads_text_and_names_what_is_none():
    """Whole numbers stand for text; fractions, truth values and lists do not."""
    node = Node({"a": {"b": " x ", "n": 7, "f": 1.5, "t": True, "e": "", "x": {"#text": "y"}}})

    assert node.text("a.b") == "x"
    assert node.text("a.e", "a.n") == "7"
    assert node.text("a.x") == "y"
    assert node.text("a.missing.deep") == ""
    assert [each.value for each in node.each("a")] == [node.value["a"]]
    for way in ("a.f", "a.t", "a"):
        with pytest.raises(UnreadableError) as refused:
            node.text(way)
        assert refused.value.field == way
    with pytest.raises(UnreadableError):
        node.each("a.b")
    with pytest.raises(UnreadableError):
        node.one("a.b.deep")
