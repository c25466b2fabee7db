"""What EasyPost's payloads come to."""

import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from connectors.easypost import SOURCE
from connectors.easypost.table import DETAILS, REASON, SHARPER, STATUS, TOPICS
from connectors.normalise import Reading
from domain.fact import ShipmentScan
from domain.vocabulary import Parcel
from tests.connectors import kit
from tests.connectors.kit import reported, states

SHARED = Path(__file__).parents[4] / "shared" / "payloads"
RECORDED = SHARED / "easypost"
read = partial(kit.read, SOURCE)
sample = partial(kit.sample, SOURCE)


def tracker(**more):
    return sample("in_transit")["result"] | more


def detail(status, status_detail, **more):
    first = sample("in_transit")["result"]["tracking_details"][1]
    return first | {"status": status, "status_detail": status_detail} | more


@pytest.mark.skipif(not RECORDED.is_dir(), reason="recorded payloads are not part of the project")
def test_recorded_payloads_are_understood():
    """What EasyPost published becomes scans and a promise."""
    moving = read((RECORDED / "event_tracker_updated_in_transit.json").read_bytes())
    waiting = read((RECORDED / "trackers_retrieve.json").read_bytes())

    assert states(moving) == [("created", False), *[("in_transit", False)] * 6]
    assert states(waiting) == [("created", False)] * 2
    assert [each.reference for each in (moving.facts[0], waiting.facts[0])] == [
        "parcel:1",
        "parcel:EZ1000000001",
    ]
    assert moving.facts[-1].body.expected_at == datetime(2024, 8, 5, tzinfo=UTC)
    assert not moving.quarantined + waiting.quarantined


@pytest.mark.rule("X.21")
def test_every_documented_word_has_a_row():
    """The ten statuses of EasyPost, and the details that its documentation lists."""
    assert set(STATUS) == {
        "unknown",
        "pre_transit",
        "in_transit",
        "out_for_delivery",
        "delivered",
        "available_for_pickup",
        "return_to_sender",
        "failure",
        "cancelled",
        "error",
    }
    assert len(DETAILS - {"", "delivered"}) == 28
    assert {status for status, _ in SHARPER} <= set(STATUS)
    assert {word for _, word in SHARPER} | set(REASON) <= DETAILS


@pytest.mark.skipif(not RECORDED.is_dir(), reason="recorded payloads are not part of the project")
def test_reasons_are_words_of_the_common_list():
    """A profile can tell reasons apart without knowing EasyPost."""
    path = SHARED / "carrier-common" / "karrio_normalised_status.json"

    assert set(REASON.values()) <= set(json.loads(path.read_text())["TrackingIncidentReason"])


TABLE = """
pre_transit           label_created           created
pre_transit           status_update           created
in_transit            arrived_at_facility     in_transit
in_transit            delayed                 in_transit
in_transit            held                    held
out_for_delivery      out_for_delivery        out_for_delivery
available_for_pickup  arrived_at_destination  ready_for_pickup
delivered             arrived_at_destination  delivered
return_to_sender      return                  returning
return_to_sender      refused                 returning
return_to_sender      arrived_at_destination  returned_to_sender
return_to_sender      delivered               returned_to_sender
failure               delivery_exception      attempt_failed
failure               refused                 attempt_failed
failure               damaged                 damaged
failure               lost                    lost
cancelled             cancelled               label_voided
error                 unknown                 unknown
unknown               unknown                 unknown
"""


@pytest.mark.parametrize("row", TABLE.strip().splitlines())
def test_a_status_and_its_detail_are_one_state(row):
    """Status by detail, as the documentation words them."""
    status, status_detail, state = row.split()
    details = [detail(status, status_detail)]

    reading = read(tracker(status=status, status_detail=status_detail, tracking_details=details))

    assert states(reading) == [(state, False)]
    assert reported(reading) == []


@pytest.mark.rule("X.21")
@pytest.mark.parametrize(
    ("status", "status_detail", "state", "words"),
    [
        ("teleported", "unknown", Parcel.UNKNOWN, ["teleported"]),
        ("in_transit", "on_a_camel", Parcel.IN_TRANSIT, ["in_transit/on_a_camel"]),
        ("failure", "expired", Parcel.UNKNOWN, ["failure/expired"]),
        ("failure", "on_a_camel", Parcel.UNKNOWN, ["failure/on_a_camel"]),
    ],
)
def test_an_unknown_word_is_reported_and_never_guessed(status, status_detail, state, words):
    """In particular it is not in transit by default."""
    details = [detail(status, status_detail)]

    reading = read(tracker(status=status, status_detail=status_detail, tracking_details=details))

    assert states(reading) == [(state, False)]
    assert reported(reading) == words


def test_a_scan_is_the_same_in_every_delivery():
    """Each update brings all scans again; the number's spelling makes no difference."""
    first = read(sample("in_transit")).facts
    later = read(sample("delivered")).facts
    respelt = sample("in_transit")
    respelt["result"]["tracking_code"] = "1Z999AA1"
    respelt["result"]["tracking_details"][1]["tracking_location"]["city"] = "  orlando"

    known = {fact.event_id: fact.body for fact in later}
    scans = [fact for fact in first if isinstance(fact, ShipmentScan)]

    assert len(scans) == 2
    assert all(known[fact.event_id] == fact.body for fact in scans)
    assert [fact.event_id for fact in read(respelt).facts] == [fact.event_id for fact in first]


def test_a_status_without_scans_is_one_inferred_scan_however_often_it_comes():
    """Its identity is the state, so an update an hour later adds nothing."""
    first = read(tracker(tracking_details=[]))
    later = read(tracker(tracking_details=None, updated_at="2024-08-03T00:00:00Z"))

    assert states(first) == [("in_transit", True)]
    assert first.facts[0].event_id == later.facts[0].event_id


def test_a_status_that_no_scan_tells_is_inferred_beside_them():
    """Carriers void labels and deliver without a scan; no news adds nothing."""
    voided = read(tracker(status="cancelled", status_detail="cancelled"))
    silent = read(tracker(status="unknown", status_detail="unknown"))

    assert states(voided)[-1] == ("label_voided", True)
    assert [inferred for _, inferred in states(silent)] == [False, False]


def test_times_are_utc_and_the_raw_time_is_kept():
    """A local time is turned; what the carrier wrote stays beside it."""
    scan = read(sample("in_transit")).facts[1]

    assert scan.occurred_at == datetime(2024, 8, 1, 14, 42, 13, tzinfo=UTC)
    assert scan.body.local_time == "2024-08-01T10:42:13-04:00"


def test_a_promise_is_one_fact_and_the_newer_tracker_wins():
    """The same day promised again is the same fact, told with a higher revision."""
    first = read(tracker()).facts[-1]
    later = read(tracker(updated_at="2024-08-03T00:00:00Z")).facts[-1]

    assert first.event_id == later.event_id
    assert first.revision < later.revision


def test_no_name_of_a_person_leaves_the_payload():
    """`signed_by` and messages are not read."""
    payload = sample("delivered")
    payload["result"]["tracking_details"][3]["message"] = "Left with A. EXAMPLE"

    assert b"EXAMPLE" not in b"".join(read(payload).encoded)


@pytest.mark.rule("X.18")
@pytest.mark.parametrize(("mode", "test"), [("test", True), ("production", False), (None, False)])
def test_test_trackers_are_marked(mode, test):
    """A test tracker runs through all states within minutes."""
    assert {fact.test for fact in read(tracker(mode=mode)).facts} == {test}


def test_a_returns_parcel_is_not_a_delivery_to_the_buyer():
    """It is left out, and says so."""
    assert read(tracker(is_return=True)) == Reading(ignored="the parcel of a return")


def test_a_bad_scan_takes_nothing_with_it():
    """The others stand, and so does the tracker's status."""
    bad = [
        detail("in_transit", "unknown", datetime="yesterday"),
        detail("in_transit", "unknown", datetime="2024-08-01T10:42:13"),
        detail("in_transit", "unknown", datetime=None),
        detail("in_transit", "unknown", datetime="0001-01-01T00:00:00+14:00"),
        detail("", "unknown"),
        detail("in_transit", "unknown", tracking_location="here"),
        7,
    ]

    reading = read(tracker(tracking_details=[*bad, detail("in_transit", "held")]))

    assert states(reading) == [("held", False)]
    assert [each.field.partition(".")[2] for each in reading.quarantined] == [
        *["0.datetime", "1.datetime", "2.datetime", "3.datetime"],
        *["4.status", "5.tracking_location", "6"],
    ]


REFUSED = [
    (b"", "body"),
    (b"{", "body"),
    (b"3", ""),
    (b"{}", "object"),
    (b'{"object": "event"}', "object"),
    (b'{"object": {}}', "object"),
    (b'{"object": "Event"}', "description"),
    (b'{"object": "Event", "description": "tracker.updated"}', "result"),
    (b'{"object": "Event", "description": "tracker.updated", "result": {}}', "result"),
    (b'{"object": "Event", "description": "tracker.updated", "result": []}', "result"),
    (
        b'{"object": "Event", "description": "tracker.updated", "result": {"object": "Tracker"}}',
        "result.tracking_code",
    ),
]


@pytest.mark.parametrize(("body", "field"), REFUSED)
def test_what_is_not_easyposts_is_quarantined(body, field):
    """The field that gave it away is named."""
    reading = read(body)

    assert reading.facts == ()
    assert [each.field for each in reading.quarantined] == [field]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tracking_code", None),
        ("tracking_code", 9.2e21),
        ("tracking_code", " - "),
        ("tracking_code", "x" * 101),
        ("status", None),
        ("updated_at", None),
        ("updated_at", 1722626811),
        ("updated_at", "2024-08-02T19:26:51"),
        ("tracking_details", {}),
        ("carrier", ["FedEx"]),
    ],
)
def test_a_wrong_value_is_quarantined_by_the_name_of_its_field(field, value):
    """A tracker that cannot be trusted tells nothing."""
    reading = read(tracker(**{field: value}))

    assert reading.facts == ()
    assert reading.quarantined[0].field == field


def test_a_bad_promise_does_not_hide_the_scans():
    """They are what the parcel's state is made of."""
    reading = read(tracker(est_delivery_date="soon"))

    assert len(states(reading)) == 2
    assert reading.quarantined[0].field == "est_delivery_date"


def test_lists_and_stories_are_bounded():
    """A flood is refused as a whole."""
    assert read([1] * 251).quarantined[0].reason == "list over 250 elements"
    assert read(tracker(tracking_details=[1] * 501)).quarantined[0].reason == "over 500 scans"
    assert read({"trackers": []}).ignored


def test_the_source_names_its_topics():
    """The registry tells an operator which events to switch on."""
    assert TOPICS == ("tracker.created", "tracker.updated")
    assert (SOURCE.name, SOURCE.kind) == ("easypost", "tracking")
