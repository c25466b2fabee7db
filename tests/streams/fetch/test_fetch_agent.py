"""The fetch agent: from a hook to the document on its feed, with every fault in between."""

import asyncio
import json
from dataclasses import dataclass

import pytest
from prometheus_client import CollectorRegistry

from streams import topic
from streams.agents import fetch as agent
from streams.engine.local import LocalStage, Said, record
from streams.fetch.message import DocumentWanted, encode_wanted
from streams.metric import Metrics
from streams.settings import SettingsError, explain, load_settings
from streams.stages import make_stages
from tests.connectors import kit
from tests.harness.vendor import Reply, Vendor

START_MS = 1_709_280_000_000
HOUR_MS = 3_600_000
PATH = "v2/orders/518?include=consignments.line_items&consignment_structure=object"
OTHER = "v2/orders/519?include=consignments.line_items&consignment_structure=object"


@dataclass
class Bench:
    """A fetch stage with a clock of its own beside a vendor that does as it is told."""

    vendor: Vendor
    metrics: Metrics
    stage: LocalStage
    now_ms: int = START_MS

    def wish(self, path=PATH, source="bigcommerce", account="acme/shop") -> list[Said]:
        wanted = DocumentWanted(
            source=source, account=account, what="order", id="518", path=path, topic="order"
        )
        asked = record(
            topic.DOCUMENTS_WANTED, encode_wanted(wanted), key=wanted.key, timestamp_ms=self.now_ms
        )
        return self.stage.process([asked])

    async def pass_time(self, seconds, stop=bool) -> list[Said]:
        """Let the agent work for so long by its own clock, or until it has said enough."""
        told: list[Said] = []
        end_ms = self.now_ms + int(seconds * 1_000)
        while self.now_ms <= end_ms:
            due_ms, said = self.stage.fire(self.now_ms)
            told += said
            if stop(told) or due_ms is None:
                break
            if due_ms == self.now_ms + agent.LOOK_MS:
                await asyncio.sleep(0.002)  # a request is under way, its time is the real one
                self.now_ms += 1
            else:
                self.now_ms = max(due_ms, self.now_ms + 1)
        return told

    @property
    def waiting(self) -> int:
        return len(self.stage.store)


def bench(work, *, replies=None, **settings):
    """Run some work against a vendor."""

    async def run():
        async with Vendor() as vendor:
            for path, answers in (replies or {}).items():
                vendor.replies[f"/stores/abc/{path}"] = answers
            account = {
                "base_url": f"{vendor.url}/stores/abc",
                "auth": "header",
                "token": "t0ken",
                "requests_per_second": 1_000,
            }
            names = {"bigcommerce": account | settings.pop("account", {})}
            loaded = load_settings(fetching=names, **settings)
            metrics = Metrics(CollectorRegistry())
            [stage] = make_stages(loaded, metrics, {"fetch"})
            return await work(Bench(vendor, metrics, LocalStage(stage)))

    return asyncio.run(run())


def cause(said: Said) -> str:
    assert said.topic == topic.DEAD_LETTERS
    return dict(said.headers)["dead-letter-cause"].decode()


def test_a_document_comes_to_the_feed_of_its_source_as_a_delivery_of_its_own():
    """
    With the headers that tell the connector what it is, and a seal of ours.
    """

    async def work(at: Bench):
        at.wish()
        [said] = await at.pass_time(1)
        assert (at.waiting, at.vendor.paths) == (0, [f"/stores/abc/{PATH}"])
        return said

    headers = {"bigcommerce-zone": "UTC"}
    said = bench(work, replies={PATH: [Reply(body=b'{"id":518}')]}, account={"headers": headers})

    assert (said.topic, said.value) == (topic.FEED_ORDERS, b'{"id":518}')
    told = {name: value.decode() for name, value in said.headers}
    assert told.pop("received_at").startswith("2024-03-01T")
    assert len(told.pop("fetched")) == 64
    assert told == headers | {"source": "bigcommerce", "account": "acme/shop", "topic": "order"}


FAULTS = {
    "server error": [Reply(500), Reply(503)],
    "too many requests": [Reply(429, headers={"Retry-After": "30"})],
    "half an answer": [Reply(body=b'{"id": 518, "more": "than this"}', cut=9)],
    "no answer": [Reply(dead=True)],
    "a proxy's page": [Reply(body=b"<html>Bad gateway</html>"), Reply(body=b'{"id"')],
    "slow": [Reply(slow=60)],
    "not readable yet": [Reply(404), Reply(404)],
    "the credential was replaced": [Reply(401), Reply(403)],
    "all of them": [Reply(500), Reply(dead=True), Reply(body=b"{"), Reply(429), Reply(404)],
}


@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS)
def test_a_fault_that_passes_is_tried_again(faults):
    """
    Later and later, and the document comes once.
    """

    async def work(at: Bench):
        at.wish()
        return await at.pass_time(600), len(at.vendor.asked)

    replies = {PATH: [*faults, Reply(body=b'{"id":518}')]}
    seconds_max = 2.0 if any(fault.slow for fault in faults) else 15.0
    said, asked = bench(work, replies=replies, fetch_seconds_max=seconds_max)

    assert [(one.topic, one.value) for one in said] == [(topic.FEED_ORDERS, b'{"id":518}')]
    assert asked == len(faults) + 1


def test_what_a_server_asks_to_wait_is_waited():
    """
    The whole account is left alone for so long, and it costs no try.
    """

    async def work(at: Bench):
        at.wish()
        at.wish(OTHER)
        await at.pass_time(29)
        asked = len(at.vendor.asked)
        await at.pass_time(60, stop=lambda said: len(said) == 2)
        return asked, len(at.vendor.asked), at.now_ms - START_MS

    slow_down = [Reply(429, headers={"Retry-After": "30"}), Reply()]
    asked, all_in_all, passed_ms = bench(work, replies={PATH: slow_down, OTHER: [Reply()]})

    assert asked <= 2  # the second may have begun before the first was answered
    assert (all_in_all, passed_ms >= 30_000) == (3, True)


LOST = {
    "not there": ([Reply(404)], 4, "fetch: status 404, 4 tries"),
    "refused": ([Reply(400)], 1, "fetch: status 400, 1 tries"),
    "led elsewhere": (
        [Reply(302, headers={"Location": "http://169.254.169.254/"})],
        1,
        "fetch: status 302: leads elsewhere, which is not followed, 1 tries",
    ),
    "always wrong": ([Reply(body=b"{")], 12, "fetch: body: malformed, 12 tries"),
    "too large": (
        [Reply(body=b'"' + b"x" * 300_000 + b'"')],
        1,
        "fetch: body over 262144 bytes, 1 tries",
    ),
}


@pytest.mark.parametrize(("replies", "tries", "expected"), LOST.values(), ids=LOST)
def test_what_cannot_be_had_is_a_dead_letter_with_its_cause(replies, tries, expected):
    """
    The wish itself is the dead letter, so that it can be redriven.
    """

    async def work(at: Bench):
        at.wish()
        return await at.pass_time(3 * HOUR_MS / 1_000), len(at.vendor.asked), at.waiting

    [said], asked, waiting = bench(work, replies={PATH: replies})

    assert (cause(said), asked, waiting) == (expected, tries, 0)
    assert json.loads(said.value)["path"] == PATH
    assert dict(said.headers)["dead-letter-topic"] == topic.DOCUMENTS_WANTED.encode()


def test_a_document_that_cannot_be_had_stops_no_other():
    """
    The next one of the same account comes at once.
    """

    async def work(at: Bench):
        at.wish()
        at.wish(OTHER)
        return await at.pass_time(5, stop=lambda said: len(said) == 2)

    said = bench(work, replies={PATH: [Reply(400)], OTHER: [Reply(body=b"[]")]})

    assert sorted(one.topic for one in said) == [topic.DEAD_LETTERS, topic.FEED_ORDERS]


def test_an_outage_opens_the_circuit_and_loses_nothing():
    """
    Two hours away: a few requests instead of thousands, and every document in the end.
    """
    paths = [f"v2/orders/{number}" for number in range(30)]

    async def work(at: Bench):
        for path in paths:
            at.wish(path)
        await at.pass_time(7_200)
        during = len(at.vendor.asked)
        for path in paths:
            at.vendor.replies[f"/stores/abc/{path}"] = [Reply(body=b"{}")]
        said = await at.pass_time(7_200, stop=lambda told: len(told) == len(paths))
        return during, {one.topic for one in said}, len(said), at.waiting

    during, topics, brought, waiting = bench(work, replies={path: [Reply(500)] for path in paths})

    assert during < 60
    assert (topics, brought, waiting) == ({topic.FEED_ORDERS}, len(paths), 0)


def test_an_outage_without_end_is_a_dead_letter_after_a_day():
    """
    Bounded in time as in tries.
    """

    async def work(at: Bench):
        at.wish()
        return await at.pass_time(30 * 3_600), at.now_ms - START_MS

    [said], passed_ms = bench(work, replies={PATH: [Reply(401)]})

    assert cause(said).startswith("fetch: status 401: the credential is not taken")
    assert 24 * HOUR_MS < passed_ms < 25 * HOUR_MS


def test_an_account_is_asked_no_faster_than_it_allows():
    """
    A burst of five, then two a second.
    """
    paths = [f"v2/orders/{number}" for number in range(9)]

    async def work(at: Bench):
        for path in paths:
            at.wish(path)
        await at.pass_time(60, stop=lambda said: len(said) == len(paths))
        return at.now_ms - START_MS

    passed_ms = bench(
        work,
        replies={path: [Reply()] for path in paths},
        account={"requests_per_second": 2},
    )

    assert passed_ms >= 2_000


def test_no_more_than_a_few_requests_run_at_once():
    """
    However many are due.
    """
    paths = [f"v2/orders/{number}" for number in range(40)]

    async def work(at: Bench):
        for path in paths:
            at.wish(path)
        await at.pass_time(60, stop=lambda said: len(said) == len(paths))
        return at.vendor.at_once

    at_once = bench(
        work,
        replies={path: [Reply(slow=0.01)] for path in paths},
        account={"requests_per_second": 1_000},
    )

    assert 1 < at_once <= agent.RUNNING_MAX


def test_wishes_for_one_document_are_one_request():
    """
    A burst of hooks about one order is answered by what is there after the last of them.
    """

    async def work(at: Bench):
        at.wish()
        at.wish()
        said = await at.pass_time(1)
        at.wish()
        at.stage.fire(at.now_ms)  # begins the request
        at.wish()  # comes too late for it
        said += await at.pass_time(5, stop=lambda told: len(told) == 2)
        return len(said), len(at.vendor.asked), at.waiting

    assert bench(work, replies={PATH: [Reply()]}) == (3, 3, 0)


def test_wishes_survive_a_restart():
    """
    Also one whose request was under way: it is asked for again.
    """

    async def work(at: Bench):
        at.wish()
        at.wish(OTHER)
        at.stage.fire(at.now_ms)
        at.stage.restart()
        said = await at.pass_time(5, stop=lambda told: len(told) == 2)
        return sorted(one.value for one in said), at.waiting

    replies = {PATH: [Reply(body=b"[1]")], OTHER: [Reply(body=b"[2]")]}

    assert bench(work, replies=replies) == ([b"[1]", b"[2]"], 0)


def test_nothing_to_bring_ends_the_wish():
    """
    An order without shipments.
    """

    async def work(at: Bench):
        at.wish()
        return await at.pass_time(1, stop=lambda _: not at.waiting), at.waiting

    assert bench(work, replies={PATH: [Reply(204, b"")]}) == ([], 0)


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ({"source": "teleporter"}, "fetch: unknown source teleporter"),
        ({"source": "magento"}, "fetch: no address is set for magento/acme/shop"),
        ({"path": "//evil.example.org/x"}, "fetch: a document wanted by this path"),
        ({"path": "../admin"}, "fetch: a document wanted by this path"),
        ({"path": "v2/%2e%2e/admin"}, "fetch: a document wanted by this path"),
        ({"path": "@evil.example.org/"}, "fetch: a document wanted by this path"),
        ({"path": "http://169.254.169.254/latest"}, "fetch: a document wanted by this path"),
    ],
)
def test_a_wish_that_leads_astray_is_a_dead_letter_at_once(wish, expected):
    """
    Whoever wrote it: only documents below the account's own base are asked for.
    """

    async def work(at: Bench):
        said = at.wish(**wish)
        return said, await at.pass_time(1), at.vendor.asked

    [said], later, asked = bench(work)

    assert cause(said).startswith(expected)
    assert (later, asked) == ([], [])


@pytest.mark.parametrize("value", [b"", b"{", b"[]", b'{"source": 5}', None])
def test_what_is_no_wish_is_a_dead_letter(value):
    """
    The topic is ours, but anybody may write.
    """

    async def work(at: Bench):
        return at.stage.process([record(topic.DOCUMENTS_WANTED, value)])

    [said] = bench(work)

    assert cause(said).startswith("not a record of the wanted documents")


def test_more_wishes_than_there_is_room_for_are_dead_letters(monkeypatch):
    """
    A limit on everything that grows.
    """
    monkeypatch.setattr(agent, "WAITING_MAX", 2)

    async def work(at: Bench):
        return [at.wish(f"v2/orders/{number}") for number in (1, 2, 3, 1)]

    *taken, refused, known = bench(work)

    assert (taken, known) == ([[], []], [])
    assert cause(refused[0]) == "fetch: more than 2 documents wait"


def test_a_hook_becomes_the_order_that_it_names():
    """
    From the feed to the order log by way of the vendor, signatures required.
    """
    order = (kit.FOLDER / "bigcommerce/samples/order_with_lines.json").read_bytes()
    hook = (kit.FOLDER / "bigcommerce/samples/hook_order_created.json").read_bytes()

    async def run():
        async with Vendor() as vendor:
            vendor.replies[f"/stores/abc/{PATH}"] = [Reply(503), Reply(body=order)]
            account = {"base_url": f"{vendor.url}/stores/abc", "auth": "header", "token": "t"}
            signing = {"bigcommerce": {"secrets": ["s"], "required": True}}
            asking = load_settings(fetching={"bigcommerce": account})
            insisting = load_settings(fetching={"bigcommerce": account}, signatures=signing)
            metrics = Metrics(CollectorRegistry())
            stages = make_stages(asking, metrics, {"orders", "fetch"})
            feed, fetch = (LocalStage(stage) for stage in stages)
            headers = [("source", b"bigcommerce"), ("account", b"acme/shop")]
            [wanted] = feed.process([record(topic.FEED_ORDERS, hook, headers=headers)])
            at = Bench(vendor, metrics, fetch)
            asked = record(wanted.topic, wanted.value, key=wanted.key, timestamp_ms=START_MS)
            fetch.process([asked])
            [brought] = await at.pass_time(60)
            strict = LocalStage(make_stages(insisting, metrics, {"orders"})[0])
            document = record(brought.topic, brought.value, headers=brought.headers)
            forged = record(
                brought.topic, brought.value.replace(b"69.95", b"1.95"), headers=brought.headers
            )
            return wanted, strict.process([document]), strict.process([forged])

    wanted, said, refused = asyncio.run(run())

    assert (wanted.topic, wanted.key) == (topic.DOCUMENTS_WANTED, b"acme/shop|bigcommerce")
    kinds = [json.loads(one.value)["kind"] for one in said if one.topic == topic.ORDER_LOG]
    assert kinds == ["order.placed", "payment.captured"]
    assert [cause(one) for one in refused] == ["signature missing"]


def test_settings_of_fetching_are_read_and_their_tokens_masked():
    """
    In what `orderstream settings` prints, and in what a wrong value answers.
    """
    account = {"base_url": "https://api.example.org", "auth": "bearer", "token": "s3cret"}
    settings = load_settings(fetching={"mollie/acme/shop": account})

    assert "s3cret" not in str(list(explain(settings)))
    assert settings.fetching["mollie/acme/shop"].credentials == {"Authorization": "Bearer s3cret"}
    with pytest.raises(SettingsError) as error:
        load_settings(fetching={"mollie": account | {"base_url": "http://api.example.org"}})
    assert "s3cret" not in str(error.value)
    assert "is not https" in str(error.value)
