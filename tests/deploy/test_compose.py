"""docker-compose.yml says what the rest of the project says, and runs as nobody in particular."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from pydantic import SecretStr
from sqlalchemy import make_url

from streams.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
NAMES = sorted(SERVICES)


def test_every_service_of_the_picture_is_there():
    assert set(NAMES) == {
        *("kafka", "topics", "worker", "postgres", "view", "prometheus", "grafana")
    }


@pytest.mark.parametrize("name", NAMES)
def test_an_image_is_pinned_to_a_version(name):
    assert re.fullmatch(r"[a-z/]+:v?\d+\.\d+(\.\d+)?", SERVICES[name]["image"])


@pytest.mark.parametrize("name", NAMES)
def test_a_service_runs_as_an_ordinary_user_without_privileges(name):
    service = SERVICES[name]

    assert int(service["user"].split(":")[0]) > 0
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service


@pytest.mark.parametrize("name", [each for each in NAMES if each != "kafka"])
def test_a_service_cannot_write_to_its_image(name):
    assert SERVICES[name]["read_only"] is True


@pytest.mark.parametrize("name", [each for each in NAMES if each != "topics"])
def test_a_service_that_stays_says_how_it_is(name):
    check = SERVICES[name]["healthcheck"]

    assert check["test"][0] == "CMD"
    assert {"interval", "timeout", "retries"} <= check.keys()


@pytest.mark.parametrize("name", NAMES)
def test_ports_are_published_on_loopback_only(name):
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_mounted_exists(name):
    for mount in SERVICES[name].get("volumes", []):
        source = mount.split(":")[0]
        assert source in COMPOSE["volumes"] or (ROOT / source).exists()
        assert source in COMPOSE["volumes"] or mount.endswith(":ro")


@pytest.mark.parametrize("name", NAMES)
def test_a_service_waits_for_services_that_exist(name):
    for other, how in SERVICES[name].get("depends_on", {}).items():
        assert "healthcheck" in SERVICES[other] or how["condition"] != "service_healthy"


@pytest.mark.parametrize("name", ["worker", "topics", "view"])
def test_every_variable_is_a_setting_and_its_value_is_taken(name, monkeypatch):
    environment = SERVICES[name]["environment"]
    fields = {key.removeprefix("ORDERSTREAM_").lower(): key for key in environment}
    assert set(fields) <= set(Settings.model_fields)

    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    settings = Settings()

    taken = {getattr(settings, field) for field in fields}
    plain = {one.get_secret_value() if isinstance(one, SecretStr) else str(one) for one in taken}
    assert plain == set(environment.values())


def test_the_worker_is_asked_where_it_answers():
    worker = SERVICES["worker"]
    port = worker["environment"]["ORDERSTREAM_WEB_PORT"]

    assert f":{port}/live" in worker["healthcheck"]["test"][-1]
    assert worker["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert f"EXPOSE {port}" in (ROOT / "deploy/Dockerfile").read_text()


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("view", "ORDERSTREAM_DATABASE_URL"),
        ("view", "ORDERSTREAM_SUBJECT_KEYS_URL"),
        ("worker", "ORDERSTREAM_SUBJECT_KEYS_URL"),
    ],
)
def test_view_and_keys_are_where_postgresql_listens(name, variable):
    url = make_url(SERVICES[name]["environment"][variable])
    server = SERVICES["postgres"]["environment"]

    assert (url.host, url.username) == ("postgres", server["POSTGRES_USER"])
    assert (url.password, url.database) == (server["POSTGRES_PASSWORD"], server["POSTGRES_DB"])
    assert SERVICES[name]["depends_on"]["postgres"] == {"condition": "service_healthy"}


def test_the_brokers_of_compose_and_of_the_tests_are_the_same_version():
    pom = (ROOT / "deploy/kafka/pom.xml").read_text()
    version = re.search(r"<kafka.version>(.*)</kafka.version>", pom)

    assert version
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{version[1]}"


def test_the_image_is_built_from_files_that_it_is_given():
    dockerfile = (ROOT / "deploy/Dockerfile").read_text()
    given = set(re.findall(r"^!(.*)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    copied = {
        source
        for line in re.findall(r"^COPY (?!--from)(.*)$", dockerfile, re.MULTILINE)
        for source in line.split()[:-1]
    }

    assert copied <= given
    assert all((ROOT / source).exists() for source in copied)
    assert re.search(r"^USER (?!0|root)\d+$", dockerfile, re.MULTILINE)
