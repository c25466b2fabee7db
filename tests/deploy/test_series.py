"""Dashboards and alerts ask for series that the worker has."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from prometheus_client import CollectorRegistry

from streams.metric import Metrics

DEPLOY = Path(__file__).parents[2] / "deploy"
OF_PROMETHEUS = {"up"}
OF_THE_PROCESS = {
    "process_cpu_seconds_total",
    "process_resident_memory_bytes",
    "process_start_time_seconds",
}


def _known() -> set[str]:
    kinds = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}
    families = Metrics(CollectorRegistry()).registry.collect()
    names = {family.name + end for family in families for end in kinds.get(family.type, ("",))}
    return names | OF_PROMETHEUS | OF_THE_PROCESS


def _questions() -> dict[str, str]:
    board = json.loads((DEPLOY / "grafana/dashboards/orderstream.json").read_text())
    rules = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text())
    panels = {
        f"{panel['title']} {target['refId']}": target["expr"]
        for panel in board["panels"]
        for target in panel["targets"]
    }
    alerts = {rule["alert"]: rule["expr"] for group in rules["groups"] for rule in group["rules"]}
    return panels | alerts


@pytest.mark.parametrize("question", _questions().values(), ids=_questions())
def test_a_question_asks_for_series_that_exist(question):
    asked = set(re.findall(r"\b(?:orderstream_\w+|process_\w+|up)\b", question))

    assert asked
    assert asked <= _known()


@pytest.mark.parametrize("page", ["README.md", "docs/operations.md", "docs/architecture.md"])
def test_a_page_names_series_that_exist(page):
    named = set(re.findall(r"`(orderstream_\w+)`", (DEPLOY.parent / page).read_text()))
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in _known()}

    assert named <= _known() | families


def test_the_labels_of_the_questions_exist():
    labels = {"le", "job", "instance", "stage", "topic", "partition", "kind", "outcome"}
    labels |= {"command", "guard", "cause", "source", "change"}
    grouped = {
        label.strip()
        for question in _questions().values()
        for group in re.findall(r"by \(([^)]*)\)", question)
        for label in group.split(",")
    }

    assert grouped <= labels


def test_prometheus_reads_the_alerts_and_asks_the_workers_of_compose():
    config = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text())
    compose = yaml.safe_load((DEPLOY.parent / "docker-compose.yml").read_text())
    port = compose["services"]["worker"]["environment"]["ORDERSTREAM_WEB_PORT"]

    assert all((DEPLOY / "prometheus" / file).exists() for file in config["rule_files"])
    assert config["scrape_configs"][0]["static_configs"] == [
        {"targets": [f"worker:{port}", f"view:{port}"]}
    ]


def test_grafana_finds_the_dashboard_where_compose_mounts_it():
    provider = yaml.safe_load(
        (DEPLOY / "grafana/provisioning/dashboards/orderstream.yml").read_text()
    )["providers"][0]
    mounts = yaml.safe_load((DEPLOY.parent / "docker-compose.yml").read_text())["services"][
        "grafana"
    ]["volumes"]

    assert f"./deploy/grafana/dashboards:{provider['options']['path']}:ro" in mounts
