"""The way of an operator on a real Kafka: make topics, start a worker, send, look, build again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from tests.streams.test_cli_normalise import BODY

COMMAND = (sys.executable, "-m", "streams.cli")
ORDER = {
    "id": 7,
    "name": "#7",
    "created_at": "2026-03-02T12:00:00Z",
    "updated_at": "2026-03-02T12:00:00Z",
    "currency": "EUR",
    "total_price": "1.00",
    "financial_status": "paid",
    "line_items": [{"id": 1, "quantity": 1, "price": "1.00"}],
}


@pytest.mark.kafka
@pytest.mark.timeout(180)
@pytest.mark.rule("X.1", "X.16")
def test_what_was_sent_can_be_looked_at_and_built_again(kafka, tmp_path):
    environment = os.environ | {
        "ORDERSTREAM_BROKERS": kafka,
        "ORDERSTREAM_APPLICATION_ID": "command-line",
        "ORDERSTREAM_WEB_PORT": "0",
    }
    (tmp_path / "order").write_text(json.dumps(ORDER))
    (tmp_path / "payment").write_bytes(BODY)
    (tmp_path / "poison").write_bytes(b"{")

    def run(*arguments):
        done = subprocess.run(
            [*COMMAND, *arguments], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("topics", "--create")
    worker = subprocess.Popen([*COMMAND, "worker"], env=environment)
    try:
        run("send", "--source", "shopify", "--account", "acme/web", str(tmp_path / "order"))
        run("send", "--source", "stripe", str(tmp_path / "payment"), str(tmp_path / "poison"))
        _until(lambda: run("dead-letters", "list", "--json"))
        _until(lambda: "0 not worked off" in (text := run("rebuild")) and "1 orders" in text)
        shown = json.loads(run("order", "--json", "acme/web/7"))
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0
    finally:
        worker.kill()
        worker.wait()

    assert "no differences" in run("rebuild")
    assert shown["snapshot"]["payment"] == "paid"


def _until(holds, seconds_max=30):
    end = time.monotonic() + seconds_max
    while not holds():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.2)
