"""Whether a feed record's signature holds: settings, time and keys brought to the pure schemes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from connectors.delivery import Delivery, Quarantined, Source
from connectors.signature import SignatureError, is_signed, key_url, verify
from streams.fetch.account import Fetching, find_account
from streams.fetch.seal import HEADER, is_sealed
from streams.key_store import KeyNotAtHandError, KeyStore
from streams.signing import Signing


class Verifier:
    """Checks deliveries of the sources and accounts that the settings name."""

    def __init__(
        self,
        signing: Mapping[str, Signing],
        keys: KeyStore,
        fetching: Mapping[str, Fetching] | None = None,
    ) -> None:
        self._signing = signing
        self._keys = keys
        self._fetching = fetching or {}

    def refuse(
        self, source: Source, delivery: Delivery, received_at: datetime
    ) -> Quarantined | None:
        """Say why a delivery is not believed; None where it is, or where nobody asks.

        `received_at` is when the record was written, for deliveries that do not say themselves.
        """
        signing = self._signing.get(f"{source.name}/{delivery.account}") or self._signing.get(
            source.name
        )
        if signing is None:
            return None
        if not is_signed(source.name, delivery):
            missing = Quarantined(reason="signature missing", field="signature")
            return missing if signing.required and not self._fetched(source, delivery) else None
        try:
            self._insist(source.name, delivery, signing, delivery.received_at or received_at)
        except SignatureError as error:
            return Quarantined(reason=f"signature {error.check}", field=error.field)
        except KeyNotAtHandError as error:
            return Quarantined(reason=f"signature: its key is not at hand, {error}")
        return None

    def _fetched(self, source: Source, delivery: Delivery) -> bool:
        """Tell whether our own fetch agent brought a document: vendors sign deliveries only."""
        fetching = find_account(self._fetching, source.name, delivery.account)
        given = delivery.headers.get(HEADER, "")
        if fetching is None or not given:
            return False
        token = fetching.token.get_secret_value()
        about = (source.name, delivery.account, delivery.topic, delivery.body)
        return is_sealed(given, token, *about)

    def _insist(self, source: str, delivery: Delivery, signing: Signing, now: datetime) -> None:
        """Verify; where a key is not known, once more with what its host says now."""
        credentials = signing.credentials
        url = key_url(source, delivery)
        if not url:
            verify(source, delivery, credentials, now=now)
            return
        try:
            verify(source, delivery, credentials, now=now, key=self._keys.get(url))
        except SignatureError as error:
            if error.check != "made with a key that is not known":
                raise
            newer = self._keys.get(url, newer=True)
            verify(source, delivery, credentials, now=now, key=newer)
