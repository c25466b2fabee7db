"""Every word that a vendor is known to use has a row, and what it means."""

import importlib
import json
import re
import tomllib
from pathlib import Path

import pytest

from connectors.registry import SOURCES
from connectors.tracking.story import Vendor
from connectors.tracking.table import REASONS, Table, state_of
from domain.vocabulary import Parcel
from tests.connectors import kit

ROWS = tomllib.loads(Path(__file__).with_name("rows.toml").read_text())
SHARED = Path(__file__).parents[4] / "shared" / "payloads"
BASE = {
    "pending": "created",
    "picked_up": "handed_over",
    "in_transit": "in_transit",
    "delivery_delayed": "in_transit",
    "on_hold": "held",
    "out_for_delivery": "out_for_delivery",
    "ready_for_pickup": "ready_for_pickup",
    "delivery_failed": "attempt_failed",
    "delivered": "delivered",
    "return_to_sender": "returning",
    "cancelled": "label_voided",
}
"""Karrio's statuses in our states (spec model, section 5)."""

OTHERWISE = """
asendia        RETURNED RTS                    returning           goes home by its name
australiapost  Possible_delay                  in_transit          a delay, listed twice there
australiapost  Article_damaged                 damaged             by its name
australiapost  Cancelled                       label_voided        by its name
bpost          L00                             out_for_delivery    bound to round
bpost          B04                             attempt_failed      listed twice; nobody at home
bpost          B05 B08                         damaged             by its reason
canadapost     100                             in_transit          processed at a facility
dhl_express    PL                              in_transit          processed at a location
dhl_express    CC                              ready_for_pickup    awaits its consignee
dhl_express    CD UD SS                        held                clearance delay, stopped
dhl_express    DM                              damaged             by its name
dhl_express    DS                              lost                disposed of
dhl_express    RT                              returning           returned to consignor
dhl_parcel_de  pckdu shrcu                     handed_over         posted, picked up
dhl_parcel_de  unknown                         unknown             says nothing
dhl_universal  unknown                         unknown             says nothing
dpd            ReturningFromDelivery           attempt_failed      back at the depot
gls            DELIVEREDPS                     ready_for_pickup    in a ParcelShop
landmark       400                             attempt_failed      attempted delivery
laposte        ET1                             in_transit          under way
mydhl          PU SA                           handed_over         picked up, accepted
mydhl          PL RW CR MS                     in_transit          as dhl_express
mydhl          CC                              ready_for_pickup    as dhl_express
mydhl          CD HP SS UD BA BN               held                listed twice, or at customs
mydhl          DS                              lost                as dhl_express
mydhl          RD                              attempt_failed      refused delivery
mydhl          RT                              returning           as dhl_express
mydhl          WC                              out_for_delivery    listed twice
parcelone      DELIVERED_PARCELSHOP            ready_for_pickup    in a ParcelShop
seko           OP-10 OP-11 OP-14 OP-33 OP-89   handed_over         received, collected
seko           OP-31 OP-32                     unknown             information
seko           OP-84                           attempt_failed      recipient not available
seko           OP-75                           collected           parcel collected
seko           OP-76                           ready_for_pickup    at a collection point
seko           OP-29 OP-55 OP-67               returning           to its sender
seko           OP-15 OP-40 OP-92               lost                lost, disposed of, destroyed
seko           OP-17                           damaged             by its name
sendle         Pickup_Attempted                created             still with its sender
sendle         Delivery_Attempted Card_Left    attempt_failed      by its name
sendle         Pickup Drop_Off Dropped_Off     handed_over         by its name
sendle         Damaged                         damaged             by its name
spring         18 20                           handed_over         collection, accepted
spring         25 9999                         unknown             end of updates, information
spring         101                             in_transit          delivered to a country
spring         111 12506                       lost                lost, destroyed
spring         4106                            label_voided        cancelled
spring         12406                           returned_to_sender  return delivered
teleship       collected                       handed_over         by its name
teleship       out_for_delivery                out_for_delivery    listed twice
teleship       returned                        returning           goes home by its name
teleship       cancelled                       label_voided        by its name
ups            MV                              label_voided        manifest voided
"""
"""Carrier, its words, the state that we take them for, why."""

OTHER_REASONS = """
dhl_express  BR RR SC CS CI CU TP AR  -                            passes customs or a facility
dhl_express  NA ND DL DP HO AD        -                            another thing, or two
dhl_express  CA                       consignee_business_closed    closed on arrival
dhl_express  CM                       consignee_incorrect_address  customer moved
dhl_express  DD                       carrier_damaged_parcel       delivered damaged
dhl_express  IA                       consignee_incorrect_address  two reasons
landmark     900                      -                            no reason is told
landmark     400                      consignee_not_available      two reasons
landmark     135                      customs_delay                two reasons
laposte      AN1                      consignee_incorrect_address  two reasons
laposte      ND1                      consignee_not_available      two reasons
laposte      RE1                      -                            goes home, unsaid why
mydhl        BN CR AR CC CI CU NA     -                            passes customs or a facility
mydhl        CA                       consignee_business_closed    closed on arrival
mydhl        CM                       consignee_incorrect_address  customer moved
ups          NA                       -                            not available is no reason
ups          AR                       -                            an arrival
ups          NI                       consignee_not_home           two reasons
ups          LT                       carrier_not_enough_time      late, not lost
"""
"""Carrier, its words, the reason that we take instead (`-` for none), why."""


def vendor(name) -> Vendor:
    return importlib.import_module(f"connectors.carrier.{name}").VENDOR


def table_of(text):
    """Read carrier, words, meaning, why; a word that has spaces is written with underscores."""
    found = {}
    for line in text.strip().splitlines():
        name, words, meaning, _ = re.split(r"\s{2,}", line)
        for word in words.split():
            spaced = word.replace("_", " ")
            found[name, spaced if spaced in WORDS[name] else word] = meaning
    return found


WORDS = {
    name: {code for rows in kinds.values() for codes in rows.values() for code in codes}
    for name, kinds in ROWS.items()
}
STATES = [
    (name, status, code)
    for name, kinds in ROWS.items()
    for status, codes in kinds.get("state", {}).items()
    for code in codes
]
GIVEN_REASONS = [
    (name, reason, code)
    for name, kinds in ROWS.items()
    for reason, codes in kinds.get("reason", {}).items()
    for code in codes
]


@pytest.mark.rule("X.21")
@pytest.mark.parametrize("name", ROWS)
def test_every_word_of_a_carrier_has_the_state_that_it_is_known_for(name):
    """Where ours is another, the table above says so, and why."""
    otherwise = table_of(OTHERWISE)
    rows = [(status, code) for carrier, status, code in STATES if carrier == name]
    table = vendor(name).table

    assert {code: table.state([code]) for _, code in rows} == {
        code: otherwise.get((name, code), BASE[status]) for status, code in rows
    }


def test_no_word_is_listed_as_otherwise_without_need():
    """A line that says what the base says already is dead."""
    for (name, code), meaning in table_of(OTHERWISE).items():
        stated = [status for carrier, status, each in STATES if (carrier, each) == (name, code)]
        assert stated, (name, code)
        assert [BASE.get(status) for status in stated] != [meaning], (name, code)


@pytest.mark.parametrize("name", [name for name, kinds in ROWS.items() if "reason" in kinds])
def test_every_reason_of_a_carrier_is_known(name):
    """A word of the common list is that reason; any other is at least a state."""
    otherwise = table_of(OTHER_REASONS)
    table = vendor(name).table
    for carrier, reason, code in GIVEN_REASONS:
        if carrier != name:
            continue
        if (name, code) in otherwise:
            assert table.reason([code]) == otherwise[name, code].strip("-"), code
        elif reason in REASONS:
            assert table.reason([code]) == reason, code
        assert table.state([code]) is not None, code


@pytest.mark.skipif(not SHARED.is_dir(), reason="recorded payloads are not part of the project")
def test_the_rows_are_all_there_are():
    """The copy here is whole, and the common list of reasons is the common list."""
    for path in SHARED.glob("carrier-*/karrio_status_map.json"):
        recorded = json.loads(path.read_text())
        rows = ROWS[path.parent.name.removeprefix("carrier-")]
        for kind, key in (("TrackingStatus", "state"), ("TrackingIncidentReason", "reason")):
            listed = {k: [c for c in v if c] for k, v in recorded.get(kind, {}).items()}
            assert rows.get(key, {}) == {k: v for k, v in listed.items() if v}, path
    common = json.loads((SHARED / "carrier-common" / "karrio_normalised_status.json").read_text())
    assert set(common["TrackingIncidentReason"]) == REASONS


AFTERSHIP = """
Pending InfoReceived InTransit OutForDelivery AttemptFail Delivered AvailableForPickup Exception
Expired Delivered_001 Delivered_002 Delivered_003 Delivered_004 AvailableForPickup_001
Exception_001 Exception_002 Exception_003 Exception_004 Exception_005 Exception_006 Exception_007
Exception_008 Exception_009 Exception_010 Exception_011 Exception_012 Exception_013
AttemptFail_001 AttemptFail_002 AttemptFail_003 InTransit_001 InTransit_002 InTransit_003
InTransit_004 InTransit_005 InTransit_006 InTransit_007 InTransit_008 InTransit_009
InfoReceived_001 OutForDelivery_001 OutForDelivery_003 OutForDelivery_004 Pending_001 Pending_002
Pending_003 Pending_004 Pending_005 Pending_006 Expired_001
"""
SHIPPO = """
UNKNOWN PRE_TRANSIT TRANSIT DELIVERED RETURNED FAILURE PRE_TRANSIT/information_received
TRANSIT/address_issue TRANSIT/contact_carrier TRANSIT/delayed TRANSIT/delivery_attempted
TRANSIT/delivery_rescheduled TRANSIT/delivery_scheduled TRANSIT/location_inaccessible
TRANSIT/notice_left TRANSIT/out_for_delivery TRANSIT/package_accepted TRANSIT/package_arrived
TRANSIT/package_damaged TRANSIT/package_departed TRANSIT/package_forwarded TRANSIT/package_held
TRANSIT/package_processed TRANSIT/package_processing TRANSIT/pickup_available
TRANSIT/reschedule_delivery DELIVERED/delivered RETURNED/return_to_sender
RETURNED/package_unclaimed FAILURE/package_undeliverable FAILURE/package_disposed
FAILURE/package_lost UNKNOWN/other
"""
SHIPENGINE = """
UN AC IT DE EX AT NY SP CARRIER_STATUS_NOT_MAPPED SHIPMENT_CREATED AWAITING_PICKUP_DROP_OFF
DROPPED_OFF ELEC_ADVICE_RECD_BY_CARRIER PICKED_UP CUSTOMS_CLEARED CUSTOMS_PROCESSING
DELIVERY_ARRANGED_WITH_RECIPIENT HUB_SCAN_OUT HUB_SCAN_IN IN_TRANSIT INFORMATION
PARCEL_OVER_LABELLED PARCEL_UPDATE_NOTIFICATION RECEIVED_BY_CARRIER RECEIVED_LOCAL_DELIVERY_DEPOT
SUB_CONTRACTOR_EVENT SUB_CONTRACTOR_RECEIVED PARCEL_REDIRECTED DELIVERY_SCHEDULED HUB_PROCESSING
DELIVERY_RESCHEDULED ATTEMPTED_DELIVERY ATTEMPTED_DELIVERY_FINAL COD_AMOUNT_PAID CUSTOMER_CARDED
OUT_FOR_DELIVERY AWAITING_COLLECTION_FROM_PICKUP_POINT COLLECT_AT_LOCAL_PO
CUSTOMER_TO_COLLECT_FROM_CARRIER DELIVERED_TO_RECEPTION DELIVERED DELIVERED_DAMAGED
DELIVERED_IN_PART DELIVERED_SPECIFIED_SAFE_PLACE DELIVERED_TO_ALTERNATIVE_DELIVERY_LOCATION
DELIVERED_TO_NEIGHBOUR DELIVERED_TO_PO_BOX PARCEL_COLLECTED_FROM_PICKUP_POINT POST_TRANSIT_STATUS
PROOF_OF_DELIVERY PICKUP_FAILED NOT_YET_RECEIVED_BY_CARRIER PARCEL_DAMAGED ADDRESS_QUERY
CARRIER_DELAYS DELAYED_NOT_CARRIER HELD_BY_CARRIER HELD_BY_CARRIER_FOR_CLEARANCE_PRE_PROCESSING
HELD_BY_CUSTOMS INCORRECT_DECLARATION MISROUTED PARCEL_REPACKED RECD_BY_CARRIER_NO_ELEC_ADVICE
COD_AMOUNT_NOT_PAID CUSTOMER_IDENTIFICATION_FAILED NO_ACCESS_TO_RECIPIENTS_ADDRESS CANCELLED
CUSTOMER_MOVED HAZARDOUS_PROHIBITED NOT_COLLECTED_FROM_PICKUP_POINT NOT_DELIVERED
NOT_DELIVERED_ADDRESSEE_DECEASED PARCEL_DISPOSED PARCEL_LOST PARCEL_OUTSIDE_OF_SERVICE_CAPABILITY
REFUSED_BY_CUSTOMER RETURN_TO_SENDER UNSPECIFIED_EXCEPTION TRACKING_EXPIRED DUTY_NOT_PAID
PARCEL_REDIRECTED_BY_CARRIER DELIVERED_TO_PICKUP_POINT UNDELIVERABLE_RETURNED_TO_SENDER
"""


@pytest.mark.rule("X.21")
@pytest.mark.parametrize(
    ("name", "words"), [("aftership", AFTERSHIP), ("shippo", SHIPPO), ("shipengine", SHIPENGINE)]
)
def test_every_documented_word_of_an_aggregator_has_a_row(name, words):
    """The lists of their documentation, whole."""
    table = importlib.import_module(f"connectors.{name}").VENDOR.table

    assert [word for word in words.split() if word.casefold() not in table.states] == []


SHARP = """
aftership   Delivered_002                     collected
aftership   Exception_001                     unknown
aftership   Exception_002                     attempt_failed      consignee_incorrect_address
aftership   Exception_003                     attempt_failed      consignee_refused
aftership   Exception_004                     held                customs_delay
aftership   Exception_005                     in_transit          force_majeure
aftership   Exception_006                     held                customs_duties_unpaid
aftership   Exception_007                     held                consignee_incorrect_address
aftership   Exception_008                     attempt_failed      consignee_not_available
aftership   Exception_009                     unknown             retailer_incorrect_parcel
aftership   Exception_010                     returning
aftership   Exception_011                     returned_to_sender
aftership   Exception_012                     damaged             carrier_damaged_parcel
aftership   Exception_013                     lost                carrier_parcel_lost
aftership   Expired                           unknown
shippo      FAILURE                           unknown
shippo      FAILURE/package_lost              lost                carrier_parcel_lost
shippo      RETURNED                          returning
shippo      TRANSIT/package_damaged           damaged             carrier_damaged_parcel
shippo      TRANSIT/pickup_available          ready_for_pickup
shipengine  EX                                unknown
shipengine  SP                                ready_for_pickup
shipengine  DELIVERED_DAMAGED                 delivered           carrier_damaged_parcel
shipengine  UNDELIVERABLE_RETURNED_TO_SENDER  returned_to_sender
shipengine  HELD_BY_CUSTOMS                   held                customs_inspection
"""


@pytest.mark.parametrize("line", SHARP.strip().splitlines())
def test_a_word_of_an_aggregator_means_its_state_and_reason(line):
    """Those where a general word alone would say too little."""
    name, word, state, *reason = line.split()
    table = importlib.import_module(f"connectors.{name}").VENDOR.table

    assert table.state([word]) == state
    assert table.reason([word]) == "".join(reason)


def test_one_code_means_two_things_to_two_carriers():
    """So there is no table for all."""
    meanings = {name: vendor(name).table.state(["DL"]) for name in ("ups", "fedex")}
    departed = {name: vendor(name).table.state(["DP"]) for name in ("ups", "fedex", "dhl_express")}

    assert meanings == {"ups": "out_for_delivery", "fedex": "delivered"}
    assert departed == {
        "ups": "in_transit",
        "fedex": "in_transit",
        "dhl_express": "attempt_failed",
    }


def test_a_table_refuses_what_it_cannot_mean():
    """At import, not on the day when the word comes."""
    with pytest.raises(ValueError, match="stands twice: a"):
        Table({Parcel.HELD: "A", Parcel.LOST: ("a", "A")})
    with pytest.raises(ValueError, match="no common reasons"):
        Table({}, {"aliens": "A"})


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        ("carrier_damaged_parcel", "damaged"),
        ("carrier_parcel_lost", "lost"),
        ("carrier_sorting_error", "in_transit"),
        ("carrier_address_not_found", "attempt_failed"),
        ("consignee_not_home", "attempt_failed"),
        ("customs_delay", "held"),
        ("weather_delay", "in_transit"),
        ("retailer_cancelled", "unknown"),
        ("security_issue", "held"),
        ("unknown", "unknown"),
    ],
)
def test_a_word_that_tells_only_why_has_the_state_of_its_reason(reason, state):
    """What is said of a parcel is never more than the reason says."""
    assert state_of(reason) == Table({}, {reason: "W"}).state(["W"]) == state


def test_every_carrier_is_registered_with_a_table_of_its_own():
    """None is forgotten, and none is a copy by accident."""
    names = {
        path.stem
        for path in (kit.FOLDER.parents[1] / "connectors" / "carrier").glob("*.py")
        if path.stem != "__init__"
    }

    assert names <= set(SOURCES)
    assert set(ROWS) <= names
    assert all(SOURCES[name].kind == "tracking" for name in names)
