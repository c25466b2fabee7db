"""Order stories as they stand in the order log: what shops, payments and parcels really bring.

One seed gives one log. An order is five to nine facts; some are delivered twice, some come out
of order, some orders get a hold, a cancellation or a partial refund. Many orders are under way
at a time, so the records of one order lie as far apart as in real traffic.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from domain import body as bodies
from domain import command as commands
from domain import fact as facts
from domain import request as requests
from domain.codec import encode_record
from domain.command import Record
from domain.document import Address, Document, Line, Party
from domain.identity import digest
from domain.vocabulary import HoldReason, Minor, Parcel, Validity

BEGINNING: Final = datetime(2026, 1, 5, 9, tzinfo=UTC)
REPEATS_SHARE: Final = 0.05
LATE_SHARE: Final = 0.10
SECONDS_BETWEEN_ORDERS: Final = 2

Told = TypeVar("Told")
LogRecord = tuple[bytes, bytes]
"""Key and value."""

_CITIES: Final = ("Leipzig", "Graz", "Lyon", "Gent", "Malmö", "Porto", "Kraków")
_NAMES: Final = ("Ida Berg", "Jan Novak", "Ana Reis", "Léa Petit", "Ole Dahl", "Uta Klein")
_SCANS: Final = (
    (Parcel.HANDED_OVER, "PU", 1),
    (Parcel.IN_TRANSIT, "AR", 9),
    (Parcel.OUT_FOR_DELIVERY, "OD", 26),
)


def order_log(seed: int, orders: int, live: int = 10_000) -> Iterator[LogRecord]:
    """Tell the log of so many orders, `live` of them under way at a time."""
    for record in interleave(seed, orders, live, story):
        yield str(record.order_key).encode(), encode_record(record)


def interleave(
    seed: int, orders: int, live: int, tell: Callable[[random.Random, int], list[Told]]
) -> Iterator[Told]:
    """Mix the stories of many orders; each keeps its own order of telling."""
    chance = random.Random(seed)
    waiting = (tell(chance, number)[::-1] for number in range(orders))
    under_way = [story for _, story in zip(range(live), waiting, strict=False)]
    while under_way:
        place = int(chance.random() * len(under_way))
        yield under_way[place].pop()
        if not under_way[place]:
            following = next(waiting, None)
            if following is None:
                under_way[place] = under_way[-1]
                under_way.pop()
            else:
                under_way[place] = following


def story(chance: random.Random, number: int) -> list[Record]:
    """Tell one order from its placing to its delivery, as it may reach us."""
    teller = Teller(number)
    records = [teller.placed(chance), *_paid(teller, chance)]
    fate = chance.random()
    if fate < 0.04:
        records.append(teller.cancel())
    elif fate < 0.07:
        records += [teller.hold(), teller.release()]
    if fate >= 0.03:  # else the shop listens to the cancellation
        records += _sent(teller, chance)
    if 0.07 <= fate < 0.12:
        records.append(teller.refund_of_one())
    return disturbed(chance, records)


def disturbed(chance: random.Random, told: list[Told]) -> list[Told]:
    """Deliver some late and some twice, as webhooks do."""
    for place in range(len(told) - 1):
        if chance.random() < LATE_SHARE:
            told[place], told[place + 1] = told[place + 1], told[place]
    for place in range(len(told) - 1, -1, -1):
        if chance.random() < REPEATS_SHARE:
            told.insert(chance.randint(place + 1, len(told)), told[place])
    return told


def _paid(teller: Teller, chance: random.Random) -> list[Record]:
    authorized = [teller.money(facts.PaymentAuthorized, "authorized", f"pi_{teller.number}", 1)]
    captured = [teller.money(facts.PaymentCaptured, "captured", f"ch_{teller.number}", 2)]
    return authorized + captured if chance.random() < 0.6 else captured


def _sent(teller: Teller, chance: random.Random) -> list[Record]:
    scans = [teller.scan(*one) for one in _SCANS if chance.random() < 0.75]
    return [
        teller.shipment(),
        teller.handed_over(),
        *scans,
        teller.scan(Parcel.DELIVERED, "DL", 30 + chance.randint(0, 40)),
    ]


class Teller:
    """Knows the names of everything that belongs to one order."""

    def __init__(self, number: int) -> None:
        self.number = f"{number:07}"
        self.key = f"acme/shop{number % 3}/{self.number}"
        self.parcel = f"00340434{number:012}"
        self.total = Minor(1_000)
        self._at = BEGINNING + timedelta(seconds=SECONDS_BETWEEN_ORDERS * number)

    def placed(self, chance: random.Random) -> Record:
        lines = tuple(
            Line(
                line_id=str(each + 1),
                quantity=chance.randint(1, 3),
                sku=f"SKU-{chance.randint(100, 999)}",
                title="Mug, blue",
                unit_price=Minor(chance.randint(5, 90) * 100),
            )
            for each in range(chance.choice((1, 1, 1, 2, 2, 3)))
        )
        self.total = Minor(sum(line.quantity * line.unit_price for line in lines) + 490)
        name, city = chance.choice(_NAMES), chance.choice(_CITIES)
        document = Document(
            currency="EUR",
            total=self.total,
            lines=lines,
            number=f"#{self.number}",
            shipping_total=Minor(490),
            payment_method="online",
            validity=Validity.VALID,
            customer=Party(name=name, email=f"buyer{self.number}@example.test"),
            ship_to=Address(name=name, street=("Ring 7",), city=city, country="DE"),
        )
        return self._tell(facts.OrderPlaced, "placed", 0, document, revision=1)

    def money(
        self, kind: type, word: str, reference: str, hours: float, amount: int = 0
    ) -> Record:
        body = bodies.Operation(
            amount=Minor(amount or self.total),
            currency="EUR",
            provider="stripe",
            reference=reference,
            parent="" if word == "authorized" else f"pi_{self.number}",
            final=word == "captured",
        )
        return self._tell(kind, word, hours, body)

    def refund_of_one(self) -> Record:
        return self.money(facts.PaymentRefunded, "refunded", f"re_{self.number}", 90, 500)

    def shipment(self) -> Record:
        parcel = bodies.PackageInfo(number=self.parcel, carrier="DHL")
        body = bodies.ShipmentInfo(shipment_id=f"s{self.number}", parcels=(parcel,), carrier="DHL")
        return self._tell(facts.ShipmentCreated, "shipment", 5, body)

    def handed_over(self) -> Record:
        body = bodies.ShipmentRef(shipment_id=f"s{self.number}")
        return self._tell(facts.ShipmentHandedOver, "handed_over", 6, body)

    def scan(self, state: Parcel, code: str, hours: float) -> Record:
        body = bodies.Scan(
            state=state, number=self.parcel, carrier="DHL", code=code, place="LEIPZIG, DE"
        )
        return self._tell(facts.ShipmentScan, f"scan:{code}", 6 + hours, body)

    def cancel(self) -> Record:
        body = requests.CancelOrder(reason="buyer_asked")
        return self._tell(commands.Cancel, "cancel", 3, body, actor="clerk")

    def hold(self) -> Record:
        body = requests.PlaceHold(reason=HoldReason.ADDRESS, note="no house number")
        return self._tell(commands.Hold, "hold", 3, body, actor="clerk")

    def release(self) -> Record:
        return self._tell(commands.Release, "release", 4, requests.ReleaseHold(), actor="clerk")

    def _tell(self, kind: type, word: str, hours: float, body: object, **more: object) -> Record:
        tenant, channel, _ = self.key.split("/")
        at = self._at + timedelta(hours=hours)
        event_id = f"shop:{self.number}:{word}"
        return kind(
            event_id=event_id,
            order_key=self.key,
            tenant=tenant,
            channel=channel,
            source="shop",
            occurred_at=at,
            received_at=at + timedelta(seconds=2),
            payload_hash=f"sha256:{digest(event_id.encode()):032x}",
            body=body,
            **more,
        )
