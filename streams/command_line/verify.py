"""Verifies a payload's signature by hand, for `normalize --secret-env`."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import BinaryIO

from pydantic import SecretStr, ValidationError

from connectors.delivery import Delivery, Quarantined, Source
from streams.command_line.failure import WrongUse
from streams.key_store import BYTES_MAX, KeyStore
from streams.signing import Signing
from streams.verification import Verifier


def refuse(
    source: Source, delivery: Delivery, variables: tuple[str, ...], key_file: BinaryIO | None
) -> Quarantined | None:
    """Say why a payload is not its source's; every payload must be signed here.

    Each variable holds a secret, or, as in ORDERSTREAM_SIGNATURES, JSON with `secrets`, `url`
    and `webhook_id`. A public key is read from the file, or fetched where there is none.
    """
    keys = KeyStore()
    if key_file is not None:
        content = key_file.read(BYTES_MAX)
        keys = KeyStore(lambda _: content)
    verifier = Verifier({source.name: _signing(variables)}, keys)
    return verifier.refuse(source, delivery, datetime.now(UTC))


def _signing(variables: tuple[str, ...]) -> Signing:
    read = [_one(variable) for variable in variables]
    return Signing(
        secrets=tuple(secret for each in read for secret in each.secrets),
        url=next((each.url for each in read if each.url), ""),
        webhook_id=next((each.webhook_id for each in read if each.webhook_id), ""),
        required=True,
    )


def _one(variable: str) -> Signing:
    text = os.environ.get(variable, "")
    if not text:
        raise WrongUse(f"--secret-env {variable}: no such variable, or it is empty")
    if not text.startswith("{"):
        return Signing(secrets=(SecretStr(text),))
    try:
        return Signing.model_validate_json(text)
    except ValidationError:
        wrong = "is no JSON with secrets, url and webhook_id alone"
        raise WrongUse(f"--secret-env {variable}: {wrong}") from None
