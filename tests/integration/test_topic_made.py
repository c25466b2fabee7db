"""Topics are made once, as declared, and a difference is told."""

from __future__ import annotations

import asyncio

import pytest
from confluent_kafka.admin import AdminClient, ConfigResource, ResourceType

from streams.settings import load_settings
from streams.topic import TOPICS, topic_states

pytestmark = pytest.mark.kafka


def test_topics_are_made_once_and_as_declared(kafka):
    settings = load_settings(brokers=kafka, partitions=3)

    before = asyncio.run(topic_states(settings))
    made = asyncio.run(topic_states(settings, create=True))
    again = asyncio.run(topic_states(settings, create=True))
    other = asyncio.run(topic_states(load_settings(brokers=kafka, partitions=5)))

    assert all(state.partitions is None for state in before)
    assert all(state.created and state.partitions == 3 for state in made)
    assert len(made) == len(TOPICS)
    assert not any(state.created or state.differs for state in again)
    assert all(state.differs for state in other)
    assert _config(kafka, "lifecycle-changelog")["cleanup.policy"].value == "compact"
    assert _config(kafka, "order-log")["retention.ms"].value == "-1"


def _config(brokers, topic):
    resource = ConfigResource(ResourceType.TOPIC, topic)
    admin = AdminClient({"bootstrap.servers": brokers})
    [described] = admin.describe_configs([resource]).values()
    return described.result(timeout=20)
