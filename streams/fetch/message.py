"""What stands on the topic of wanted documents: one document that a delivery only named."""

from __future__ import annotations

from typing import Final

import msgspec

from connectors.delivery import Wanted
from domain.document import Id, Text


class DocumentWanted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A document to fetch for an account; `path` leads to it below the base of the account's API.

    `what` is the connector's word for it, `id` the vendor's; `topic` is what the document's own
    delivery on the feed is to say, so that the connector knows it.
    """

    source: Id
    account: Id
    what: Id
    id: Id
    path: Text
    topic: Text = ""
    schema: int = 1

    @property
    def key(self) -> bytes:
        """Keep an account's documents on one partition, so that one agent paces its requests."""
        return f"{self.account}|{self.source}".encode()

    @property
    def name(self) -> bytes:
        """Name the document: two wishes for it are one request."""
        return f"{self.account}|{self.source}|{self.path}|{self.topic}".encode()

    def as_wanted(self) -> Wanted:
        """Give it as the connectors' edge knows it."""
        return Wanted(
            source=self.source,
            account=self.account,
            what=self.what,
            id=self.id,
            path=self.path,
            topic=self.topic,
        )


def want(wanted: Wanted) -> DocumentWanted:
    """Make the message of what a connector wants."""
    return DocumentWanted(
        source=wanted.source,
        account=wanted.account,
        what=wanted.what,
        id=wanted.id,
        path=wanted.path,
        topic=wanted.topic,
    )


encode_wanted: Final = msgspec.json.Encoder().encode
decode_wanted: Final = msgspec.json.Decoder(DocumentWanted).decode
