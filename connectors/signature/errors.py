"""The one exception that leaves a verification.

SignatureError
    check   which check failed, a word of a closed set
    field   the header or field that it looked at

Neither says anything of a secret, of the expected value or of the value that came.
"""

from typing import Final, Literal

Check = Literal[
    "missing",
    "malformed",
    "differs",
    "too old",
    "from the future",
    "made with a key that is not known",
    "made in a way that is not known",
    "of a certificate that is out of date",
    "not to be checked: no fitting secret or key",
]

UNUSABLE: Final[Check] = "not to be checked: no fitting secret or key"


class SignatureError(Exception):
    """A delivery does not prove that it comes from its source."""

    def __init__(self, check: Check, field: str) -> None:
        """Name the check and what it looked at."""
        super().__init__(f"signature {check}: {field}")
        self.check = check
        self.field = field
