"""What TLS to the brokers goes by: whom this client trusts, and who it says it is."""

from __future__ import annotations

import ssl
from typing import Final

# Never asked for at a terminal: a worker has none.
_NO_PASS_PHRASE: Final = ""


def tls_context(*, ca: str | None, certificate: str | None, key: str | None) -> ssl.SSLContext:
    """Read the files; without an authority the machine's own are trusted.

    Raises ValueError that names the setting and the file that does not fit.
    """
    try:
        context = ssl.create_default_context(cafile=ca or None)
    except (OSError, ValueError) as error:  # an SSLError is an OSError
        raise ValueError(f"ssl_ca: {ca} is no certificate authority: {_said(error)}") from error
    if key and not certificate:
        raise ValueError("ssl_key needs ssl_certificate")
    if certificate:
        try:
            context.load_cert_chain(certificate, key or None, password=_NO_PASS_PHRASE)
        except (OSError, ValueError) as error:
            files = f"{certificate}, {key}" if key else certificate
            wanted = "a certificate and its private key without a pass phrase"
            raise ValueError(
                f"ssl_certificate, ssl_key: {files}: not {wanted}: {_said(error)}"
            ) from error
    return context


def _said(error: Exception) -> str:
    """Leave out where in Python's own source it was said."""
    reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
    return str(reason).partition(" (_ssl.c")[0]
