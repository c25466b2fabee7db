"""The generated pages say what the code does: `make docs` leaves nothing to change."""

import json
from types import SimpleNamespace

import pytest
from prometheus_client import CollectorRegistry

from docs.generate.__main__ import DOCS
from docs.generate.everything import FOLDERS, everything
from docs.generate.schema import DEAD_LETTER_HEADERS
from streams.agents.dead_letter import bury
from streams.metric import Metrics
from streams.topic import TOPICS

PAGES = everything()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_is_what_the_code_says_now(name):
    """Whoever changes a fact, a setting or a topic runs `make docs`."""
    assert (DOCS / name).read_text("utf-8") == PAGES[name], f"docs/{name}: run `make docs`"


def test_nothing_generated_is_left_over():
    """The page of what is gone goes too."""
    there = {f"{folder}/{path.name}" for folder in FOLDERS for path in (DOCS / folder).iterdir()}

    assert there == {name for name in PAGES if name.startswith(FOLDERS)}


def test_every_reference_of_the_asyncapi_document_leads_somewhere():
    """Channels, operations and messages name each other and the schemas beside them."""
    document = json.loads(PAGES["asyncapi.json"])

    assert list(document["channels"]) == [topic.name for topic in TOPICS]
    for reference in _references(document):
        if reference.startswith("./"):
            assert reference.removeprefix("./") in PAGES
        else:
            found = document
            for part in reference.removeprefix("#/").split("/"):
                found = found[part]


def test_the_headers_of_a_dead_letter_are_those_of_its_schema():
    """Written by hand there, so held against what is sent."""
    sent = []
    outbox = SimpleNamespace(send=lambda topic, key, value, headers: sent.extend(headers))
    record = SimpleNamespace(
        topic="feeds.orders", partition=0, offset=1, timestamp=2, key=b"k", value=b"v", headers=()
    )

    bury(outbox, Metrics(CollectorRegistry()), record, stage="orders", cause="not JSON")

    assert {name for name, _ in sent} == set(DEAD_LETTER_HEADERS)


def _references(value):
    if isinstance(value, list):
        return [found for each in value for found in _references(each)]
    if not isinstance(value, dict):
        return []
    own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
    return own + [found for each in value.values() for found in _references(each)]
