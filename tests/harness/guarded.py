"""A Kafka that asks who comes: one broker with a listener for each way of asking."""

from __future__ import annotations

import random
import socket
from typing import TYPE_CHECKING, Final

from confluent_kafka.admin import (
    AdminClient,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from tests.harness.broker import Broker
from tests.harness.certificate import Authority

if TYPE_CHECKING:
    from pathlib import Path

USER: Final = "orders"
PASSWORD: Final = "a pass phrase; with signs = and 'quotes'"  # nothing may need escaping
_LISTENERS: Final = {
    "SASL": "SASL_PLAINTEXT",
    "TLS": "SSL",
    "BOTH": "SASL_SSL",
    "MUTUAL": "SSL",
    "ELSEWHERE": "SSL",
}
"""A listener's name and its protocol. MUTUAL asks for a client's certificate; the certificate of
ELSEWHERE is for another host."""


class GuardedBroker:
    """The broker, what its listeners are called, and what a client needs to get in."""

    def __init__(self, folder: Path) -> None:
        self._port = _free_ports(2 + len(_LISTENERS))
        self.authority = Authority(folder)
        self.stranger = Authority(folder, "stranger")
        self.client = self.authority.vouch("client")
        properties = folder / "properties"
        properties.write_text("\n".join(self._properties()))
        data = folder / "data"
        self.broker = Broker(data, port=self._port, properties=properties)
        self._add_users()

    def address(self, listener: str) -> str:
        """Tell where a listener is; it comes behind the plain one and the controller's."""
        return f"127.0.0.1:{self._port + 2 + list(_LISTENERS).index(listener)}"

    def settings(self, listener: str, mechanism: str = "SCRAM-SHA-512") -> dict[str, str]:
        """Give the environment with which a listener lets one in."""
        told = {
            "ORDERSTREAM_BROKERS": self.address(listener),
            "ORDERSTREAM_SECURITY_PROTOCOL": _LISTENERS[listener].lower(),
        }
        if "SASL" in _LISTENERS[listener]:
            told |= {
                "ORDERSTREAM_SASL_MECHANISM": mechanism,
                "ORDERSTREAM_SASL_USER": USER,
                "ORDERSTREAM_SASL_PASSWORD": PASSWORD,
            }
        if "SSL" in _LISTENERS[listener]:
            told["ORDERSTREAM_SSL_CA"] = str(self.authority.file)
        if listener == "MUTUAL":
            told["ORDERSTREAM_SSL_CERTIFICATE"] = str(self.client.certificate)
            told["ORDERSTREAM_SSL_KEY"] = str(self.client.key)
        return told

    def _properties(self) -> list[str]:
        plain = f"PLAINTEXT://127.0.0.1:{self._port}"
        guarded = [f"{name}://{self.address(name)}" for name in _LISTENERS]
        protocols = {"PLAINTEXT": "PLAINTEXT", "CONTROLLER": "PLAINTEXT"} | _LISTENERS
        here = self.authority.vouch("broker").both
        elsewhere = self.authority.vouch("elsewhere", address="192.0.2.1").both
        return [
            f"listeners={','.join([plain, f'CONTROLLER://127.0.0.1:{self._port + 1}', *guarded])}",
            f"advertised.listeners={','.join([plain, *guarded])}",
            f"listener.security.protocol.map={','.join(':'.join(p) for p in protocols.items())}",
            "inter.broker.listener.name=PLAINTEXT",
            "ssl.keystore.type=PEM",
            f"ssl.keystore.location={here}",
            "ssl.truststore.type=PEM",
            f"ssl.truststore.location={self.authority.file}",
            "listener.name.mutual.ssl.client.auth=required",
            "listener.name.elsewhere.ssl.keystore.type=PEM",
            f"listener.name.elsewhere.ssl.keystore.location={elsewhere}",
            *_sasl_properties(),
            "",
        ]

    def _add_users(self) -> None:
        admin = AdminClient({"bootstrap.servers": self.broker.address})
        for mechanism in (ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512):
            known = ScramCredentialInfo(mechanism, 4096)
            wanted = [UserScramCredentialUpsertion(USER, known, PASSWORD.encode())]
            for added in admin.alter_user_scram_credentials(wanted).values():
                added.result(timeout=20)


def _sasl_properties() -> list[str]:
    security = "org.apache.kafka.common.security"
    login = f'username="{USER}" password="{PASSWORD}" user_{USER}="{PASSWORD}"'
    modules = {
        "plain": f"{security}.plain.PlainLoginModule required {login};",
        "scram-sha-256": f"{security}.scram.ScramLoginModule required;",
        "scram-sha-512": f"{security}.scram.ScramLoginModule required;",
    }
    guarded = [
        f"listener.name.{name.lower()}" for name in _LISTENERS if "SASL" in _LISTENERS[name]
    ]
    return [
        *(f"{name}.sasl.enabled.mechanisms={','.join(modules).upper()}" for name in guarded),
        *(
            f"{name}.{mechanism}.sasl.jaas.config={module}"
            for name in guarded
            for mechanism, module in modules.items()
        ),
    ]


def _free_ports(count: int) -> int:
    """Find so many free ports in a row, below the range that the kernel gives to clients."""
    for _ in range(100):
        first = random.randrange(20_000, 32_000)
        if all(_is_free(first + more) for more in range(count)):
            return first
    raise RuntimeError("no free ports found")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
