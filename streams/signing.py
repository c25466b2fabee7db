"""The settings of signatures: per source or account the secrets and what else is signed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from connectors.signature import SCHEMES, Credentials

SECRETS_MAX: Final = 4
"""Two while one replaces the other, and once more for a webhook that is registered twice."""


class Signing(BaseModel):
    """How the deliveries of a source, or of one of its accounts, are signed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    secrets: tuple[SecretStr, ...] = Field(default=(), max_length=SECRETS_MAX)
    url: str = ""
    webhook_id: str = ""
    required: bool = False

    @property
    def credentials(self) -> Credentials:
        """Give them as the schemes take them."""
        return Credentials(
            secrets=tuple(secret.get_secret_value() for secret in self.secrets),
            url=self.url,
            webhook_id=self.webhook_id,
        )


def check_names(signing: Mapping[str, Signing]) -> None:
    """Let the keys of the setting be SOURCE or SOURCE/TENANT/CHANNEL; raises ValueError."""
    for name in signing:
        source, *account = name.split("/")
        if source not in SCHEMES:
            raise ValueError(f"{source!r} signs in no way known; there are {', '.join(SCHEMES)}")
        if len(account) not in {0, 2} or not all(account):
            raise ValueError(f"{name!r} is not SOURCE or SOURCE/TENANT/CHANNEL")
