"""The settings of fetching: per source or account where its API is, and who asks there."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, field_validator

HEADERS_MAX: Final = 20
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
"""Where plain HTTP is let pass: a proxy of the operator's own, or a test."""

_HEADER: Final = r"^[A-Za-z0-9-]{1,100}$"


class Fetching(BaseModel):
    """How documents of a source, or of one of its accounts, are fetched.

    `token_file` is read at each request, for credentials that somebody else renews (an access
    token of OAuth); `token` is then the key of the seal only. `headers` go to the feed beside each document: what only the shop knows of itself, such as
    `prestashop-timezone`. They are not sent to the API.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: HttpUrl
    auth: Literal["none", "bearer", "basic", "header"] = "none"
    user: str = ""
    token: SecretStr = SecretStr("")
    token_file: str = ""
    header: Annotated[str, Field(pattern=_HEADER)] = "X-Auth-Token"
    requests_per_second: Annotated[float, Field(gt=0, le=1_000)] = 3.0
    headers: Annotated[dict[str, str], Field(max_length=HEADERS_MAX)] = {}

    @field_validator("base_url")
    @classmethod
    def _base_is_safe(cls, value: HttpUrl) -> HttpUrl:
        if value.scheme != "https" and value.host not in LOOPBACK:
            raise ValueError("is not https")
        if value.username or value.password or value.query or value.fragment:
            raise ValueError("holds more than scheme, host, port and path")
        return value

    @property
    def credentials(self) -> dict[str, str]:
        """Give the headers that say who asks; raises OSError where the token's file is away."""
        token = self.token.get_secret_value()
        if self.token_file:
            token = Path(self.token_file).read_text(encoding="utf-8").strip()
        match self.auth:
            case "bearer":
                return {"Authorization": f"Bearer {token}"}
            case "basic":
                pair = b64encode(f"{self.user}:{token}".encode()).decode()
                return {"Authorization": f"Basic {pair}"}
            case "header":
                return {self.header: token}
            case _:
                return {}

    def url(self, path: str) -> str:
        """Say where a document is: always below the base, whatever the path holds."""
        return f"{str(self.base_url).rstrip('/')}/{path}"


def check_accounts(fetching: Mapping[str, Fetching]) -> None:
    """Let the keys of the setting be SOURCE or SOURCE/TENANT/CHANNEL; raises ValueError."""
    for name in fetching:
        parts = name.split("/")
        if len(parts) not in {1, 3} or not all(parts):
            raise ValueError(f"{name!r} is not SOURCE or SOURCE/TENANT/CHANNEL")


def find_account(fetching: Mapping[str, Fetching], source: str, account: str) -> Fetching | None:
    """Find the settings of an account, or of its source; None where neither is there."""
    return fetching.get(f"{source}/{account}") or fetching.get(source)
