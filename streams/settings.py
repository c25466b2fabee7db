"""Everything an operator can set: ORDERSTREAM_… in the environment, or the same lines in a file.

The file is named by ORDERSTREAM_SETTINGS_FILE; the environment wins over it. A wrong value gives
one line that names the variable, never a traceback and never the value of a secret.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as _SourceError

from readmodel.address import check_url
from readmodel.errors import WrongDatabase
from streams.fetch.account import Fetching, check_accounts
from streams.signing import Signing, check_names
from streams.tls import tls_context

PREFIX: Final = "ORDERSTREAM_"
FILE_VARIABLE: Final = "ORDERSTREAM_SETTINGS_FILE"
DAY_SECONDS: Final = 86_400

Seconds = Annotated[float, Field(gt=0, le=30 * DAY_SECONDS)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]


class SettingsError(Exception):
    """The settings are wrong; the message is one line for the operator."""


class Settings(BaseSettings):
    """The settings of one installation."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    # Kafka
    brokers: str = Field(
        "127.0.0.1:9092", description="Brokers to ask first, HOST:PORT, several with commas."
    )
    security_protocol: Literal["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"] = Field(
        "plaintext", description="How brokers are spoken to."
    )
    ssl_ca: str | None = Field(None, description="File with the brokers' certificate authority.")
    ssl_certificate: str | None = Field(None, description="File with this client's certificate.")
    ssl_key: str | None = Field(None, description="File with this client's private key.")
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "PLAIN", description="How this client proves who it is."
    )
    sasl_user: str | None = Field(None, description="User for SASL.")
    sasl_password: SecretStr | None = Field(None, description="Password for SASL.")
    application_id: str = Field(
        "orderstream",
        pattern=r"^[A-Za-z0-9._-]{1,100}$",
        description="Consumer group and prefix of transactional ids; one per installation.",
    )
    worker_id: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9._-]{1,100}$",
        description="Name of this worker for static membership: quick restarts move no work.",
    )
    embedded: bool = Field(
        default=False,
        description="The broker is the built-in one of the demo: it cannot create topics.",
    )

    # Topics
    partitions: int = Field(4, ge=1, le=1000, description="Partitions of every topic made.")
    replication: int = Field(1, ge=1, le=9, description="Copies of every topic made.")
    feed_retention_days: int = Field(
        7, ge=1, le=3650, description="How long feeds, commands and references are kept."
    )
    order_log_retention_days: int = Field(
        0, ge=0, le=36_500, description="How long the order log is kept; 0 keeps it for ever."
    )
    output_retention_days: int = Field(
        30, ge=1, le=3650, description="How long messages for other services are kept."
    )

    message_bytes_max: int = Field(
        4 * 1024 * 1024,
        ge=1_048_576,
        le=64 * 1024 * 1024,
        description="Bytes of the largest record that topics made here take.",
    )

    # Group membership
    session_timeout_seconds: Seconds = Field(
        10.0, description="A worker unheard of for so long loses its partitions."
    )
    heartbeat_seconds: Seconds = Field(2.0, description="How often a worker says it is there.")
    rebalance_seconds_max: Seconds = Field(
        60.0, description="How long a rebalance waits for workers to hand over."
    )
    request_seconds_max: Seconds = Field(40.0, description="Limit of one request to a broker.")

    # Work
    records_per_transaction_max: Count = Field(
        10_000, description="Waiting records folded into one transaction at most."
    )
    records_waiting_max: Count = Field(
        20_000, description="Records waiting per partition before its fetching pauses."
    )
    records_per_poll_max: Count = Field(2_000, description="Records taken from a poll at most.")
    fetch_bytes_max: Count = Field(1_000_000, description="Bytes fetched per partition at most.")
    fetch_wait_ms: int = Field(
        50, ge=1, le=5000, description="How long a broker waits for records before it answers."
    )
    batch_bytes_max: int = Field(
        512 * 1024, ge=16_384, le=8_388_608, description="Bytes of one record batch at most."
    )
    transaction_seconds_max: Seconds = Field(
        30.0, description="A transaction not done by then ends the process."
    )
    recovery_seconds_max: Seconds = Field(
        300.0, description="State not recovered by then ends the process."
    )
    handover_seconds_max: Seconds = Field(
        20.0, description="Work not finished by then at a rebalance ends the process."
    )
    progress_seconds_max: Seconds = Field(
        60.0, description="Records waiting and nothing committed for so long: /live says no."
    )
    timer_patience_seconds: Seconds = Field(
        600.0, description="How long due timers wait for older records to be worked off."
    )

    # The view of orders
    database_url: SecretStr = Field(
        SecretStr("sqlite:///orderstream-view.db"),
        description="Where the view is kept: sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME.",
    )
    view_batch_records_max: Count = Field(
        10_000, description="Records written to the view in one transaction at most."
    )

    # People
    subject_keys_url: SecretStr | None = Field(
        None,
        description="Where keys are kept that personal fields are sealed with, a URL like that of the view; without one they are written plain.",
    )

    # The worker's own web server
    web_host: str = Field("127.0.0.1", description="Address of /metrics, /live and /ready.")
    web_port: int = Field(
        6066, ge=0, le=65_535, description="Port of /metrics, /live and /ready; 0 takes any."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="How much is logged."
    )

    # Signatures
    signatures: dict[str, Signing] = Field(
        default_factory=dict,
        description="What deliveries are verified with, as JSON by source or account; see below.",
    )

    # Fetching
    fetching: dict[str, Fetching] = Field(
        default_factory=dict,
        description="Where documents that hooks only name are fetched, as JSON by source or account; see below.",
    )
    fetch_seconds_max: Seconds = Field(15.0, description="Limit of one request for a document.")
    fetch_tries_max: int = Field(
        12, ge=1, le=100, description="Failed requests for one document before it is given up."
    )
    fetch_age_seconds_max: Seconds = Field(
        float(DAY_SECONDS),
        description="How long a document is tried for, its server's outage included.",
    )

    # Sources
    mappings: str | None = Field(
        None, description="Folder of mapping files, each a source without code, NAME.toml."
    )

    imports: dict[str, Any] = Field(  # Any: JSON of the operator, judged by connectors.import_rule
        default_factory=dict, description="Import rules as JSON: what to do by source status."
    )

    # Policies
    profiles: dict[str, Any] = Field(  # Any: JSON of the operator, judged by the policy's owner
        default_factory=dict, description="Policies as JSON: profile, tenant and channel rules."
    )

    @property
    def broker_addresses(self) -> tuple[str, ...]:
        """Give the brokers one by one."""
        return tuple(address.strip() for address in self.brokers.split(","))

    @field_validator("brokers")
    @classmethod
    def _brokers_are_addresses(cls, value: str) -> str:
        for address in value.split(","):
            host, _, port = address.strip().rpartition(":")
            if not host or not port.isdecimal() or not 0 < int(port) < 65_536:
                raise ValueError(f"{address.strip()!r} is not HOST:PORT")
        return value

    @field_validator("fetching")
    @classmethod
    def _fetching_is_of_accounts(cls, value: dict[str, Fetching]) -> dict[str, Fetching]:
        check_accounts(value)
        return value

    @field_validator("signatures")
    @classmethod
    def _signatures_are_of_sources(cls, value: dict[str, Signing]) -> dict[str, Signing]:
        check_names(value)
        return value

    @field_validator("database_url", "subject_keys_url")
    @classmethod
    def _database_url_is_one(cls, value: SecretStr | None) -> SecretStr | None:
        try:
            if value is not None:
                check_url(value.get_secret_value())
        except WrongDatabase as error:
            raise ValueError(str(error)) from None
        return value

    @model_validator(mode="after")
    def _times_fit(self) -> Settings:
        if self.heartbeat_seconds * 2 > self.session_timeout_seconds:
            raise ValueError("heartbeat_seconds must be at most half of session_timeout_seconds")
        if self.session_timeout_seconds > self.request_seconds_max:
            raise ValueError("session_timeout_seconds must not exceed request_seconds_max")
        return self

    @model_validator(mode="after")
    def _sasl_is_complete(self) -> Settings:
        if self.security_protocol.startswith("sasl") and not (
            self.sasl_user and self.sasl_password
        ):
            raise ValueError("sasl needs sasl_user and sasl_password")
        return self

    @model_validator(mode="after")
    def _tls_files_fit(self) -> Settings:
        if "ssl" in self.security_protocol:
            tls_context(ca=self.ssl_ca, certificate=self.ssl_certificate, key=self.ssl_key)
        return self


def load_settings(file: Path | str | None = None, **overrides: Any) -> Settings:
    """Read the settings or raise one SettingsError with a line for the operator."""
    path = file or os.environ.get(FILE_VARIABLE)
    if path and not Path(path).is_file():
        raise SettingsError(f"settings: the file {path} does not exist or is none")
    try:
        return Settings(_env_file=path, **overrides)
    except ValidationError as error:
        raise SettingsError(_one_line(error)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"settings: the file {path} cannot be read: {error}") from None
    except _SourceError as error:  # a value that should be JSON and is not
        raise SettingsError(f"settings: {' '.join(str(error).split())}") from None


def _one_line(error: ValidationError) -> str:
    problems = []
    for problem in error.errors(include_url=False, include_input=False):
        name = "_".join(str(part) for part in problem["loc"])
        variable = f"{PREFIX}{name.upper()}: " if name else ""
        problems.append(f"{variable}{problem['msg'].removeprefix('Value error, ')}")
    return "settings: " + "; ".join(problems)


def explain(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Give variable, value (secrets masked) and meaning of every setting."""
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        shown = "" if value is None else str(value)
        yield f"{PREFIX}{name.upper()}", shown, field.description or ""
