from __future__ import annotations

from streams.settings import load_settings
from streams.topic import TOPICS, Keep, topic_config


def test_names_are_unique():
    names = [topic.name for topic in TOPICS]

    assert len(names) == len(set(names)) == 25


def test_changelogs_and_snapshots_are_compacted():
    compacted = {topic.name for topic in TOPICS if topic.keep is Keep.LAST_PER_KEY}

    assert compacted == {
        "order-snapshots",
        "order-archive",
        "stock-levels",
        "lifecycle-changelog",
        "resolver-changelog",
        "stock-changelog",
        "fetch-changelog",
        "configuration-changelog",
    }


def test_the_order_log_is_kept_for_ever_unless_told_otherwise():
    [log] = [topic for topic in TOPICS if topic.keep is Keep.ORDER_LOG]

    for_ever = topic_config(log, load_settings())
    for_a_day = topic_config(log, load_settings(order_log_retention_days=1))

    assert for_ever["retention.ms"] == "-1"
    assert for_a_day["retention.ms"] == "86400000"


def test_three_copies_ask_for_two_to_be_written():
    config = topic_config(TOPICS[0], load_settings(replication=3))

    assert config["min.insync.replicas"] == "2"
