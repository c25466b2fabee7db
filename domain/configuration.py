"""What a shop changes while orders run: its own states, its own profiles (S1.2 to S1.5).

One catalogue per tenant. A request is judged against it once; an accepted change stands in the
order log of every partition, so that each order meets it at one place of its log and a replay
sees the same (X.23).
"""

from collections.abc import Callable, Iterator
from typing import Annotated, Any, Final, NamedTuple

from msgspec import Meta, Struct
from msgspec.structs import replace

from domain.document import Id, Text
from domain.envelope import Envelope, kind_of
from domain.instant import moment
from domain.message import CommandResult
from domain.order import Order
from domain.profile import OwnState, ProfileError
from domain.profile_proof import parse_profile
from domain.rules import Rules

ROLE: Final = "configurator"
"""Without it nobody changes what a shop is configured to (S1.5)."""
STATES_MAX: Final = 200
PROFILES_MAX: Final = 20


class Catalogue(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A tenant's own states and profiles; `used` are states that an order was ever put in.

    `live` are the channels that had a real order. `revision` counts the changes.
    """

    states: dict[str, OwnState] = {}
    used: tuple[str, ...] = ()
    profiles: dict[str, str] = {}
    live: tuple[str, ...] = ()
    revision: int = 0


class StateName(Struct, frozen=True, kw_only=True, gc=False):
    """Which of the shop's own states."""

    name: Id


class ProfileText(Struct, frozen=True, kw_only=True, gc=False):
    """A whole profile as TOML."""

    text: Annotated[str, Meta(max_length=100_000)]


class Channel(Struct, frozen=True, kw_only=True, gc=False):
    """Which channel of the tenant."""

    channel: Text


class ConfigurationRequest(Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Asks for a change; `event_id` is its id, `tenant` whose catalogue it is about."""

    roles: tuple[Text, ...] = ()


class DefineState(
    ConfigurationRequest, frozen=True, kw_only=True, tag="configuration.define_state"
):
    body: OwnState


class DeleteState(
    ConfigurationRequest, frozen=True, kw_only=True, tag="configuration.delete_state"
):
    body: StateName


class DefineProfile(
    ConfigurationRequest, frozen=True, kw_only=True, tag="configuration.define_profile"
):
    body: ProfileText


class StateWasUsed(
    ConfigurationRequest, frozen=True, kw_only=True, tag="configuration.state_used"
):
    body: StateName


class RealOrderCame(
    ConfigurationRequest, frozen=True, kw_only=True, tag="configuration.real_order"
):
    body: Channel


Configuration = DefineState | DeleteState | DefineProfile | StateWasUsed | RealOrderCame


class ConfigurationChanged(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="configuration.changed"
):
    """The whole catalogue of a tenant after a change."""

    body: Catalogue


class Changed(NamedTuple):
    """The catalogue after a request, and the answer to whoever asked."""

    catalogue: Catalogue
    result: CommandResult | None


def configure(catalogue: Catalogue, request: Configuration) -> Changed:
    """Judge a request: the same catalogue means that nothing changed."""
    if isinstance(request, StateWasUsed | RealOrderCame):
        return Changed(_note(catalogue, request), None)
    if ROLE not in request.roles:
        return Changed(catalogue, _answer(request, "role", f"needs the role {ROLE}"))
    if isinstance(request, DefineProfile):
        return _define_profile(catalogue, request)
    name = request.body.name
    if name in catalogue.used:
        reason = f"an order is in the state {name!r}: it stays as it is"
        return Changed(catalogue, _answer(request, "unused", reason))
    states = dict(catalogue.states)
    if isinstance(request, DefineState):
        if name not in states and len(states) >= STATES_MAX:
            return Changed(catalogue, _answer(request, "bound", f"{STATES_MAX} states at most"))
        states[name] = request.body
    elif states.pop(name, None) is None:
        return Changed(catalogue, _answer(request, "state", f"there is no state {name!r}"))
    return Changed(_next(replace(catalogue, states=states)), _answer(request))


def change_of(request: Configuration, after: Catalogue) -> ConfigurationChanged:
    """Say what a tenant's catalogue is after a request, as it stands in the log."""
    return ConfigurationChanged(
        event_id=f"{request.tenant}:configuration:{after.revision}",
        tenant=request.tenant,
        occurred_at=request.occurred_at,
        actor=request.actor,
        cause_id=request.event_id,
        source="orderstream",
        body=after,
    )


def learned(
    before: Order | None, order: Order, rules: Rules, catalogue: Catalogue
) -> Iterator[StateWasUsed | RealOrderCame]:
    """Report the first use of a state of the shop's own, and a channel's first real order."""
    chosen = order.derived.promise.state.partition("/")[2]
    if chosen and chosen in rules.states and chosen not in catalogue.used:
        yield StateWasUsed(
            **_envelope(order), event_id=f"{order.key}:used:{chosen}", body=StateName(name=chosen)
        )
    if rules.policy.test_orders_end and not rules.real_orders and not order.test:
        known = before is not None and "placed" in before.marks
        if "placed" in order.marks and not known:
            channel = order.key.split("/", 2)[1]
            yield RealOrderCame(
                **_envelope(order),
                event_id=f"{order.key}:real:{channel}",
                body=Channel(channel=channel),
            )


def _envelope(order: Order) -> dict[str, Any]:
    """Fill what every report about an order says: any value type, as its constructor takes it."""
    return {
        "tenant": order.key.partition("/")[0],
        "occurred_at": moment(order.placed_at or order.seen_at),
        "actor": "system",
    }


def _define_profile(catalogue: Catalogue, request: DefineProfile) -> Changed:
    try:
        compiled = parse_profile(request.body.text)
    except ProfileError as error:
        return Changed(catalogue, _answer(request, "profile", str(error)))
    profiles = {**catalogue.profiles, compiled.name: request.body.text}
    if len(profiles) > PROFILES_MAX:
        return Changed(catalogue, _answer(request, "bound", f"{PROFILES_MAX} profiles at most"))
    return Changed(_next(replace(catalogue, profiles=profiles)), _answer(request))


def _note(catalogue: Catalogue, request: StateWasUsed | RealOrderCame) -> Catalogue:
    if isinstance(request, RealOrderCame):
        channel = request.body.channel
        if channel in catalogue.live:
            return catalogue
        return _next(replace(catalogue, live=tuple(sorted((*catalogue.live, channel)))))
    name = request.body.name
    if name in catalogue.used or name not in catalogue.states:
        return catalogue
    return _next(replace(catalogue, used=tuple(sorted((*catalogue.used, name)))))


def _next(catalogue: Catalogue) -> Catalogue:
    return replace(catalogue, revision=catalogue.revision + 1)


def _answer(request: Configuration, guard: str = "", reason: str = "") -> CommandResult:
    return CommandResult(
        id=f"{request.tenant}:configuration:{request.event_id}",
        order_key="",
        tenant=request.tenant,
        channel=request.channel,
        command_id=request.event_id,
        command=kind_of(type(request)).removeprefix("configuration."),
        accepted=not guard,
        occurred_at=request.occurred_at,
        guard=guard,
        reason=reason,
        actor=request.actor,
    )


def with_catalogue(rules: Rules, catalogue: Catalogue, channel: str) -> Rules:
    """Put a tenant's own states and profiles beside the rules of the settings."""
    own = tuple(parse_profile(text) for _, text in sorted(catalogue.profiles.items()))
    names = {one.name for one in own}
    kept = tuple(one for one in rules.profiles if one.name not in names)
    governing = rules.profiles[0].name
    if governing in names:  # the shop's version of the profile that governs
        own = tuple(sorted(own, key=lambda one: one.name != governing))
        kept, own = (*own[:1], *kept), own[1:]
    return replace(
        rules,
        states={**rules.states, **catalogue.states},
        profiles=(*kept, *own),
        real_orders=rules.real_orders or channel in catalogue.live,
    )


class TenantRules:
    """The rules of each order: those of the settings, and what its tenant added up to now."""

    def __init__(
        self,
        rules_for: Callable[[str], Rules],
        recall: Callable[[str], Catalogue] = lambda _tenant: Catalogue(),
    ) -> None:
        """`recall` gives the catalogue of a tenant that was kept from before."""
        self._rules_for = rules_for
        self._recall = recall
        self._catalogues: dict[str, Catalogue] = {}
        self._rules: dict[str, Rules] = {}

    def take(self, changed: ConfigurationChanged) -> None:
        """Take a tenant's new catalogue; orders meet it from now on."""
        if changed.body.revision < self.catalogue(changed.tenant).revision:
            return
        self._catalogues[changed.tenant] = changed.body
        for account in [one for one in self._rules if one.startswith(f"{changed.tenant}/")]:
            del self._rules[account]

    def catalogue(self, tenant: str) -> Catalogue:
        """Give what a tenant added."""
        catalogue = self._catalogues.get(tenant)
        if catalogue is None:
            catalogue = self._catalogues[tenant] = self._recall(tenant)
        return catalogue

    def __call__(self, order_key: str) -> Rules:
        """Find the rules of an order."""
        account = order_key[: order_key.find("/", order_key.find("/") + 1)]
        rules = self._rules.get(account)
        if rules is None:
            tenant, _, channel = account.partition("/")
            rules, catalogue = self._rules_for(order_key), self.catalogue(tenant)
            if catalogue.revision:
                rules = with_catalogue(rules, catalogue, channel)
            self._rules[account] = rules
        return rules
