"""Which rules hold for which order: the default's, the tenant's, the channel's."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from streams.rulebook import RulesError, rulebook

CHOICES = {
    "default": {"policy": {"cancel_expired": True, "expirable": ["pending"]}, "zone": "UTC"},
    "acme": {"policy": {"expirable": ["pending", "open"]}, "profiles": ["marketplace"]},
    "acme/shop": {"policy": {"expirable": []}, "zone": "Europe/Berlin"},
}


@pytest.mark.rule("S0.10")
@pytest.mark.parametrize(
    ("key", "expirable", "zone", "profiles"),
    [
        ("else/shop/1", ("pending",), "UTC", ["storefront"]),
        ("acme/other/1", ("pending", "open"), "UTC", ["marketplace"]),
        ("acme/shop/1", (), "Europe/Berlin", ["marketplace"]),
        ("acmes/shop/1", ("pending",), "UTC", ["storefront"]),
    ],
)
def test_the_most_specific_choice_of_each_field_holds(key, expirable, zone, profiles):
    rules = rulebook(CHOICES)(key)

    assert (rules.policy.expirable, rules.zone) == (expirable, ZoneInfo(zone))
    assert [one.name for one in rules.profiles] == profiles
    assert rules.policy.cancel_expired


def test_the_shipped_rules_hold_where_nothing_is_chosen():
    chosen = rulebook({})

    assert chosen("acme/shop/1") is chosen("else/shop/2")
    assert chosen("acme/shop/1").zone == ZoneInfo("UTC")


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"acme": {"policy": {"expirabel": []}}}, "profiles.acme: no policy 'expirabel'"),
        ({"acme": {"profiles": ["stoerfront"]}}, "no profile 'stoerfront'; there are"),
        ({"acme": {"zone": "Europe/Atlantis"}}, "profiles.acme: "),
        ({"acme": {"colour": "red"}}, "profiles: "),
    ],
)
def test_a_wrong_choice_is_one_line_that_names_it(choices, message):
    with pytest.raises(RulesError) as refused:
        rulebook(choices)

    assert str(refused.value).startswith(message)
    assert "\n" not in str(refused.value)
