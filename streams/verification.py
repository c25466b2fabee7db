"""Whether a feed record's signature holds: settings, time and keys brought to the pure schemes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from connectors.delivery import Delivery, Quarantined, Source
from connectors.signature import SignatureError, is_signed, key_url, verify
from streams.key_store import KeyNotAtHandError, KeyStore
from streams.signing import Signing


class Verifier:
    """Checks deliveries of the sources and accounts that the settings name."""

    def __init__(self, signing: Mapping[str, Signing], keys: KeyStore) -> None:
        self._signing = signing
        self._keys = keys

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
            return missing if signing.required else None
        try:
            self._insist(source.name, delivery, signing, delivery.received_at or received_at)
        except SignatureError as error:
            return Quarantined(reason=f"signature {error.check}", field=error.field)
        except KeyNotAtHandError as error:
            return Quarantined(reason=f"signature: its key is not at hand, {error}")
        return None

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
