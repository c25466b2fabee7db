from __future__ import annotations

import pytest

from streams.settings import SettingsError, explain, load_settings


def test_the_environment_wins_over_the_file(tmp_path, monkeypatch):
    file = tmp_path / "orderstream.env"
    file.write_text("ORDERSTREAM_PARTITIONS=12\nORDERSTREAM_REPLICATION=3\n")
    monkeypatch.setenv("ORDERSTREAM_SETTINGS_FILE", str(file))
    monkeypatch.setenv("ORDERSTREAM_PARTITIONS", "6")

    settings = load_settings()

    assert (settings.partitions, settings.replication) == (6, 3)


def test_several_brokers_are_separated_by_commas():
    assert load_settings(brokers="a:1, b:2").broker_addresses == ("a:1", "b:2")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"brokers": "nowhere"}, "ORDERSTREAM_BROKERS: 'nowhere' is not HOST:PORT"),
        ({"brokers": "a:1,b:65536"}, "ORDERSTREAM_BROKERS: 'b:65536' is not HOST:PORT"),
        ({"partitions": 0}, "ORDERSTREAM_PARTITIONS: "),
        ({"security_protocol": "sasl_ssl"}, "sasl needs sasl_user and sasl_password"),
        ({"heartbeat_seconds": 9}, "heartbeat_seconds must be at most half"),
        ({"web_port": 70_000}, "ORDERSTREAM_WEB_PORT: "),
        ({"security_protocol": "ssl", "ssl_ca": "/nowhere"}, "ssl_ca: /nowhere is no certificate"),
        ({"security_protocol": "ssl", "ssl_ca": "/"}, "ssl_ca: / is no certificate authority: Is"),
        ({"security_protocol": "ssl", "ssl_ca": __file__}, "NO_CERTIFICATE"),
        ({"security_protocol": "ssl", "ssl_key": "/nowhere"}, "ssl_key needs ssl_certificate"),
        (
            {"security_protocol": "ssl", "ssl_certificate": "/nowhere", "ssl_key": "/no"},
            "ssl_certificate, ssl_key: /nowhere, /no: not a certificate and its private key",
        ),
    ],
)
def test_a_wrong_value_is_one_clear_line(wrong, told):
    with pytest.raises(SettingsError) as error:
        load_settings(**wrong)

    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_profiles_that_are_no_json_are_one_clear_line(monkeypatch):
    monkeypatch.setenv("ORDERSTREAM_PROFILES", "{")

    with pytest.raises(SettingsError) as error:
        load_settings()

    assert "profiles" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_file_is_said():
    with pytest.raises(SettingsError, match="does not exist"):
        load_settings("/nowhere/at/all")


def test_a_file_that_is_no_text_is_said(tmp_path):
    file = tmp_path / "orderstream.env"
    file.write_bytes(b"\xff\xfe")

    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(file)


def test_secrets_are_masked_and_every_setting_is_explained():
    settings = load_settings(
        security_protocol="sasl_ssl", sasl_user="u", sasl_password="very-secret"
    )

    rows = list(explain(settings))

    assert all(meaning for _, _, meaning in rows)
    assert "very-secret" not in repr(rows)
    assert "very-secret" not in repr(settings)
