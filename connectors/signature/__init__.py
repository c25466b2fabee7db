"""Whether a delivery comes from its source: by a secret that both know, or by a public key.

Pure: the body's raw bytes, the headers, the secrets, the time and the key are arguments. One
exception leaves it, `SignatureError`, which says which check failed and nothing of a secret.
"""

from connectors.signature.errors import SignatureError as SignatureError
from connectors.signature.proof import Credentials as Credentials
from connectors.signature.scheme import SCHEMES as SCHEMES
from connectors.signature.scheme import is_signed as is_signed
from connectors.signature.scheme import key_url as key_url
from connectors.signature.scheme import verify as verify
