"""The rarer shapes of vendors' documents: each is told, refused by its field, or ignored."""

import pytest

from connectors.registry import SOURCES
from domain.fact import ShipmentScan
from tests.connectors import kit

TRACKING = {"tracking_number": "A1", "tag": "Delivered", "updated_at": "2024-03-01T08:00:00Z"}
SOAP = "<Envelope><Body>%s</Body></Envelope>"
FAULT = SOAP % "<Fault><faultcode>Server</faultcode><faultstring>words</faultstring></Fault>"
PIECE = '<data name="piece-shipment" piece-code="1" status-timestamp="01.03.2024 08:00" ice="DLVRD"%s/>'
ITEM = "<itemTracking><itemCode>%s</itemCode><stateInfo><time>2024-03-01T08:00:00Z</time><stateCode>U00</stateCode></stateInfo></itemTracking>"
SCAN = {"code": "2000", "timestamp": "2024-03-01T08:00:00Z"}

TOLD = [
    ("aftership", {"meta": {"code": 200}, "data": TRACKING}, "delivered"),
    ("aftership", TRACKING, "delivered"),
    ("bpost", f"<itemTrackings>{ITEM % 1}{ITEM % 2}</itemTrackings>", "delivered delivered"),
    ("dhl_parcel_de", PIECE % "", "delivered"),
    (
        "dhl_universal",
        {"shipment": {"id": "1", "status": {}, "events": [{"timestamp": "2024-03-01"}]}},
        "",
    ),
    (
        "smartkargo",
        {"eventType": "DDL", "eventDate": "2024-03-01", "prefix": "A", "airWaybill": "1"},
        "delivered",
    ),
    ("shippo", {"results": [{"tracking_number": "1"}]}, ""),
    (
        "ups",
        {
            "trackResponse": {
                "shipment": [
                    {
                        "package": {
                            "trackingNumber": "1",
                            "currentStatus": {"code": "011", "type": "D"},
                        }
                    }
                ]
            }
        },
        "delivered",
    ),
    (
        "ups",
        {
            "trackResponse": {
                "shipment": [
                    {
                        "package": {
                            "trackingNumber": "1",
                            "activity": [{"date": "20240301", "status": {}}],
                        }
                    }
                ]
            }
        },
        "",
    ),
    ("hermes", {"shipmentinfo": {"shipmentID": "1", "status": SCAN}}, "in_transit"),
    ("hermes", [{"shipmentID": "1", "status": [SCAN]}], "in_transit"),
    ("gls", {"tuStatus": [{"tuNo": "1", "progressBar": {"statusInfo": "PREADVICE"}}]}, "created"),
]

REFUSED = [
    ("aftership", {"meta": {"code": 200}, "data": {}}, ""),
    ("bpost", "<itemTrackings/>", ""),
    ("chronopost", FAULT, "Envelope.Body.Fault.faultcode"),
    ("purolator", FAULT, "Envelope.Body.Fault.faultcode"),
    (
        "purolator",
        SOAP
        % "<TrackPackagesByPinResponse><TrackingInformationList><TrackingInformation><ResponseInformation><Errors><Error><Code>7</Code></Error></Errors></ResponseInformation></TrackingInformation></TrackingInformationList></TrackPackagesByPinResponse>",
        "Envelope.Body.TrackPackagesByPinResponse.TrackingInformationList.TrackingInformation.ResponseInformation.Errors.Error.Code",
    ),
    ("dhl_parcel_de", '<data code="0"><data error-status="7"/></data>', "data.data.@error-status"),
    ("dhl_universal", {}, ""),
    ("mydhl", {}, ""),
    ("gls", {"errorCode": "E1"}, "errorCode"),
    ("gls", {"errors": [{"code": "E1"}]}, "errors.0.code"),
    ("smartkargo", {}, ""),
    ("ups", {"errors": [{"code": "1"}]}, "errors.0.code"),
    (
        "ups",
        {
            "Fault": {
                "detail": {"Errors": {"ErrorDetail": {"PrimaryErrorCode": {"Code": "151044"}}}}
            }
        },
        "Fault.detail.Errors.ErrorDetail.PrimaryErrorCode.Code",
    ),
    (
        "ups",
        {
            "TrackResponse": {
                "Shipment": {
                    "Package": {
                        "TrackingNumber": "1",
                        "Activity": {"Date": "20240301", "Status": {"Description": "words"}},
                    }
                }
            }
        },
        "TrackResponse.Shipment.Package.Activity.Status",
    ),
    (
        "ups",
        {
            "trackResponse": {
                "shipment": [
                    {"package": {"trackingNumber": "1", "activity": [{"status": {"type": "D"}}]}}
                ]
            }
        },
        "trackResponse.shipment.0.package.activity.0",
    ),
    ("usps", [{"trackingEvents": []}], "0.trackingNumber"),
    ("usps", {"error": "invalid_client"}, "error"),
    ("shipengine", {}, ""),
    ("shippo", {}, ""),
    ("seko", {"Errors": []}, ""),
    ("teleship", {"messages": [7]}, "messages"),
    ("hermes", {"shipmentinfo": "none"}, "shipmentinfo"),
    ("hermes", {"code": "e002"}, "code"),
]

IGNORED = [
    ("aftership", {"event": "other_event", "msg": {"id": "1"}}),
    ("aftership", {"meta": {"code": 200}, "data": {"page": 1, "trackings": []}}),
    ("landmark", "<TrackResponse><Result><Success>true</Success></Result></TrackResponse>"),
    ("ups", {"trackResponse": {"shipment": [{"inquiryNumber": "1"}]}}),
]


def read(name, content):
    return kit.read(SOURCES[name], content.encode() if isinstance(content, str) else content)


@pytest.mark.parametrize(("name", "content", "told"), TOLD)
def test_a_rare_shape_is_told(name, content, told):
    """Nothing in it is refused, whatever little it says."""
    reading = read(name, content)

    assert reading.quarantined == ()
    assert [
        fact.body.state for fact in reading.facts if isinstance(fact, ShipmentScan)
    ] == told.split()


@pytest.mark.parametrize(("name", "content", "field"), REFUSED)
def test_a_rare_shape_is_refused_by_its_field(name, content, field):
    """An error of the vendor's, or nothing that it sends."""
    reading = read(name, content)

    assert reading.facts == ()
    assert [each.field for each in reading.quarantined] == [field]


@pytest.mark.parametrize(("name", "content"), IGNORED)
def test_a_document_without_a_parcel_is_ignored(name, content):
    """It is understood, and says nothing."""
    reading = read(name, content)

    assert (reading.facts, reading.quarantined) == ((), ())
    assert reading.ignored


def test_a_status_that_nothing_dates_is_refused():
    """Neither the vendor nor the delivery says when; with a time, it would be a fact."""
    body = b'{"parcels": [{"unitno": "1", "status": "INTRANSIT", "events": []}]}'
    undated = kit.delivery(body).__class__(body=body, account=kit.ACCOUNT)

    outcome = SOURCES["gls"].normalise(undated)

    assert outcome.facts == ()
    assert [each.field for each in outcome.quarantined] == ["parcels.0"]
