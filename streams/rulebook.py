"""Which rules hold for which order: the operator's choice per tenant and channel.

`ORDERSTREAM_PROFILES` is JSON: `{"default": {…}, "acme": {…}, "acme/shop": {…}}`; the most
specific entry that names a field wins. Fields: `profiles` (the first governs), `policy`, `zone`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from domain import profiles as shipped_profiles
from domain.guard import GUARDS, name_of
from domain.profile import Compiled, ProfileError
from domain.profile_proof import parse_profile
from domain.rules import Policy, Rules
from domain.vocabulary import Lifecycle

DEFAULT: Final = "default"
SHOWN_BY_DEFAULT: Final = ("storefront",)


class RulesError(Exception):
    """The operator's rules are wrong; one line says where and how."""


def shipped_names() -> tuple[str, ...]:
    """List the profiles that come with the package."""
    files = resources.files(shipped_profiles).iterdir()
    return tuple(sorted(f.name[:-5] for f in files if f.name.endswith(".toml")))


def shipped_profile(name: str) -> Compiled:
    """Read a profile that comes with the package; raises RulesError."""
    if name not in shipped_names():
        message = f"no profile {name!r}; there are {', '.join(shipped_names())}"
        raise RulesError(message)
    text = resources.files(shipped_profiles).joinpath(f"{name}.toml").read_text("utf-8")
    try:
        return parse_profile(text)
    except ProfileError as error:
        raise RulesError(str(error)) from error


class _Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    profiles: tuple[str, ...] | None = None
    policy: dict[str, Any] = {}  # Any: checked against Policy below
    zone: str | None = None


def rulebook(choices: Mapping[str, Any]) -> Callable[[str], Rules]:
    """Make the function from an order key to its rules; raises RulesError."""
    try:
        parsed = msgspec.convert(dict(choices), dict[str, _Choice])
    except msgspec.ValidationError as error:
        message = f"profiles: {error}"
        raise RulesError(message) from error
    made: dict[str, Rules] = {}
    for scope in (DEFAULT, *parsed):
        made[scope] = _rules(scope, parsed)
    by_account: dict[str, Rules] = {}

    def rules_for(order_key: str) -> Rules:
        account = order_key[: order_key.find("/", order_key.find("/") + 1)]
        rules = by_account.get(account)
        if rules is None:
            tenant = account.partition("/")[0]
            rules = made.get(account) or made.get(tenant) or made[DEFAULT]
            by_account[account] = rules
        return rules

    return rules_for


def _rules(scope: str, parsed: Mapping[str, _Choice]) -> Rules:
    tenant = scope.partition("/")[0]
    chain = [parsed[one] for one in dict.fromkeys((DEFAULT, tenant, scope)) if one in parsed]
    names: tuple[str, ...] = SHOWN_BY_DEFAULT
    zone, policy = "UTC", dict[str, Any]()
    for choice in chain:
        names = choice.profiles or names
        zone = choice.zone or zone
        policy |= choice.policy
    return make_rules(names, policy, zone, where=f"profiles.{scope}")


def make_rules(
    names: tuple[str, ...], policy: Mapping[str, Any], zone: str, *, where: str
) -> Rules:
    """Build rules from names of profiles, fields of the policy and a zone; raises RulesError."""
    profiles = tuple(shipped_profile(name) for name in names)
    policy = {**profiles[0].profile.policy, **policy}
    unknown = sorted(set(policy) - set(Policy.__struct_fields__))
    if unknown:
        message = f"{where}: no policy {unknown[0]!r}; there are {Policy.__struct_fields__}"
        raise RulesError(message)
    try:
        judged = msgspec.convert(dict(policy), Policy)
        _check_names(judged, where)
        return Rules(profiles=profiles, policy=judged, zone=ZoneInfo(zone))
    except msgspec.ValidationError as error:
        message = f"{where}: {error}"
        raise RulesError(message) from error
    except (ZoneInfoNotFoundError, ValueError) as error:
        message = f"{where}: no time zone {zone!r}"
        raise RulesError(message) from error


def _check_names(policy: Policy, where: str) -> None:
    """Refuse a name that would never be met: a guard that guards nothing looks like one that does."""
    for field, names, known in (
        ("command_roles", policy.command_roles, tuple(name_of(kind) for kind in GUARDS)),
        ("expirable", policy.expirable, tuple(Lifecycle)),
    ):
        for name in names:
            if name not in known:
                message = f"{where}: {field} has no {name!r}; there are {', '.join(known)}"
                raise RulesError(message)
