"""Brokers that ask who comes, and that must say who they are: SASL and TLS on a real Kafka."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from streams.cli import main
from tests.harness.guarded import GuardedBroker
from tests.harness.installation import Worker, wait_until

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(180)]

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "streams.cli")
ORDER = ROOT / "examples" / "payloads" / "shopify-order.json"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """One broker for all; topics are made over SCRAM."""
    guarded = GuardedBroker(tmp_path_factory.mktemp("guarded"))
    try:
        made = said(guarded.settings("SASL"), "topics", "--create")
        assert "created" in made
        yield guarded
    finally:
        guarded.broker.stop()


def run(environment, *arguments):
    return CliRunner().invoke(main, arguments, env=environment)


def said(environment, *arguments):
    done = run(environment, *arguments)
    assert done.exit_code == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("listener", "mechanism"), [("SASL", "PLAIN"), ("BOTH", "SCRAM-SHA-256"), ("MUTUAL", "")]
)
def test_a_command_is_let_in(guarded, listener, mechanism):
    shown = said(guarded.settings(listener, mechanism), "topics", "--json")

    assert {json.loads(line)["state"] for line in shown.splitlines()} == {"there"}


@pytest.mark.parametrize("listener", ["SASL", "TLS"])
def test_an_order_goes_all_the_way(guarded, listener, tmp_path):
    environment = guarded.settings(listener) | {"ORDERSTREAM_APPLICATION_ID": listener.lower()}
    account = f"acme/{listener.lower()}"
    worker = Worker([*COMMAND, "worker"], environment, tmp_path / "worker.log")
    try:
        sending = ("send", "--source", "shopify", "--account", account, "--topic", "orders/create")
        said(environment, *sending, str(ORDER))
        wait_until(lambda: worker.ready)
        wait_until(
            lambda: worker.metric("orderstream_events_out_total", topic="order-snapshots") > 0
        )
        shown = json.loads(said(environment, "order", "--json", f"{account}/5001"))
        said(environment, "dead-letters", "list")
        assert worker.stop() == 0, worker.last_words()
    finally:
        worker.kill()

    assert shown["snapshot"]["lifecycle"]


def wrong_password(guarded):
    return guarded.settings("SASL") | {"ORDERSTREAM_SASL_PASSWORD": "wrong"}


def wrong_password_plain(guarded):
    return guarded.settings("BOTH", "PLAIN") | {"ORDERSTREAM_SASL_PASSWORD": "wrong"}


def untrusted(guarded):
    return guarded.settings("TLS") | {"ORDERSTREAM_SSL_CA": str(guarded.stranger.file)}


def another_host(guarded):
    return guarded.settings("ELSEWHERE")


def no_sasl_there(guarded):
    return guarded.settings("SASL") | {"ORDERSTREAM_BROKERS": guarded.broker.address}


def plain_to_sasl(guarded):
    return {"ORDERSTREAM_BROKERS": guarded.address("SASL")}


def plain_to_tls(guarded):
    return {"ORDERSTREAM_BROKERS": guarded.address("TLS")}


def tls_to_plain(guarded):
    return guarded.settings("TLS") | {"ORDERSTREAM_BROKERS": guarded.broker.address}


def no_client_certificate(guarded):
    return guarded.settings("TLS") | {"ORDERSTREAM_BROKERS": guarded.address("MUTUAL")}


REFUSED = {
    wrong_password: "refuses: Authentication failed",
    wrong_password_plain: "refuses: Authentication failed",
    untrusted: "is not trusted (ORDERSTREAM_SSL_CA): unable to get local issuer",
    another_host: "is not trusted (ORDERSTREAM_SSL_CA): IP address mismatch",
    no_sasl_there: "asks for no SASL: ORDERSTREAM_SECURITY_PROTOCOL=sasl_plaintext",
    plain_to_sasl: "wants something else than ORDERSTREAM_SECURITY_PROTOCOL=plaintext",
    plain_to_tls: "wants something else than ORDERSTREAM_SECURITY_PROTOCOL=plaintext",
    tls_to_plain: "wants something else than ORDERSTREAM_SECURITY_PROTOCOL=ssl",
    no_client_certificate: "without ORDERSTREAM_SSL_CERTIFICATE",
}


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.__name__)
def test_who_is_not_let_in_is_told_why_in_one_line(guarded, case):
    done = run(case(guarded), "topics")

    assert (done.exit_code, done.stderr.count("\n")) == (1, 1), done.stderr
    assert REFUSED[case] in done.stderr
    assert "wrong" not in done.stderr


@pytest.mark.parametrize("case", [wrong_password, untrusted], ids=lambda case: case.__name__)
def test_a_worker_that_is_not_let_in_ends_with_that_line(guarded, case):
    done = subprocess.run(
        [*COMMAND, "worker"],
        cwd=ROOT,
        env=os.environ | case(guarded) | {"ORDERSTREAM_WEB_PORT": "0"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert REFUSED[case] in done.stderr


def test_a_worker_waits_for_a_broker_that_is_away(guarded, tmp_path):
    """Last, for it ends the broker: not ready before it comes, nor while it is gone."""
    environment = guarded.settings("BOTH") | {"ORDERSTREAM_APPLICATION_ID": "waiting"}
    guarded.broker.end(signal.SIGTERM)
    worker = Worker([*COMMAND, "worker"], environment, tmp_path / "worker.log")
    try:
        wait_until(lambda: worker.live)
        assert not worker.ready
        assert "orderstream_ready" in worker.page("metrics")
        guarded.broker.start()
        wait_until(lambda: worker.ready)
        guarded.broker.end(signal.SIGKILL)
        wait_until(lambda: not worker.ready)
        assert worker.process.poll() is None, worker.last_words()
    finally:
        worker.kill()

    assert "broker away, trying again" in (tmp_path / "worker.log").read_text()
