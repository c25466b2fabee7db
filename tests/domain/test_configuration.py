"""What a shop configures while orders run: its own states and profiles (S1.2 to S1.5, X.23)."""

import pytest

from domain import configuration as config
from domain import request
from domain.configuration import Catalogue, TenantRules, configure, with_catalogue
from domain.profile import OwnState
from tests.domain.builders import NINE, ask, placed, results, rules, run

BASE = rules("configurable")


def asked(kind, body, number=1, roles=("configurator",)):
    return kind(
        event_id=f"{kind.__name__}{number}",
        tenant="acme",
        occurred_at=NINE,
        actor="ida",
        roles=roles,
        body=body,
    )


def define(name="Waiting", base="Processing", **more):
    return asked(config.DefineState, OwnState(name=name, base=base), **more)


def use(name="Waiting"):
    return asked(config.StateWasUsed, config.StateName(name=name))


def delete(name="Waiting"):
    return asked(config.DeleteState, config.StateName(name=name))


def after(*requests):
    catalogue, answers = Catalogue(), []
    for one in requests:
        changed = configure(catalogue, one)
        catalogue = changed.catalogue
        answers.append(changed.result and (changed.result.accepted, changed.result.guard))
    return catalogue, answers


@pytest.mark.rule("S1.2", "S1.3", "X.23")
def test_a_state_that_is_added_while_orders_run_is_usable_at_once():
    """
    Chosen before it is defined it is refused, afterwards it is shown; old orders stay as they are.
    """
    rules_of = TenantRules(lambda _key: BASE)
    catalogue, _ = after(define())
    changed = config.ConfigurationChanged(
        event_id="x", tenant="acme", occurred_at=NINE, body=catalogue
    )
    choose = ask("set_state", 5, request.ChooseState(state="Waiting"))
    key = "acme/shop/1001"

    early = run([placed(), choose], rules_of(key))
    rules_of.take(changed)
    late = run([placed(), choose], rules_of(key))

    assert [one.accepted for one in results(early.messages)] == [False]
    assert late.snapshot.words["configurable"]["state"] == "Waiting"
    assert rules_of("other/shop/1").states == {}


@pytest.mark.rule("S1.4")
def test_a_state_that_an_order_is_in_stays_as_it_is():
    """
    Unused it may be edited and deleted; used it may not.
    """
    free, answers = after(define(), define(base="Fraud"), delete())
    assert (free.states, answers) == ({}, [(True, "")] * 3)
    kept, answers = after(define(), use(), define(base="Fraud"), delete())
    assert kept.states["Waiting"].base == "Processing"
    assert answers == [(True, ""), None, (False, "unused"), (False, "unused")]


@pytest.mark.rule("S1.5")
@pytest.mark.parametrize("roles", [(), ("clerk",)])
def test_only_a_configurator_changes_states(roles):
    """
    Everybody else is refused.
    """
    catalogue, answers = after(define(roles=roles))

    assert (catalogue, answers) == (Catalogue(), [(False, "role")])


@pytest.mark.rule("S1.5")
def test_a_command_may_need_a_role():
    """
    By policy, for any command.
    """
    by = rules("configurable", command_roles={"cancel": ("manager",)})
    refused = run([placed(), ask("cancel", 3)], by)
    allowed = run([placed(), ask("cancel", 3, roles=("manager",))], by)

    assert results(refused.messages)[0].guard == "role"
    assert results(allowed.messages)[0].accepted


def test_what_is_not_there_cannot_be_deleted():
    """
    The answer says so.
    """
    assert after(delete())[1] == [(False, "state")]


PROFILE = """
name = "short"
title = "Two words"
[words.order]
rows = [{ show = "Over", when = { closure = ["closed", "archived"] } }, { show = "Going" }]
"""


@pytest.mark.rule("S1.2")
def test_a_whole_profile_is_added_or_refused_with_its_row():
    """
    It is shown beside the others; a wrong one says which row is at fault.
    """
    catalogue, answers = after(asked(config.DefineProfile, config.ProfileText(text=PROFILE)))
    assert answers == [(True, "")]
    both = with_catalogue(BASE, catalogue, "shop")
    words = run([placed()], both).snapshot.words
    assert words["short"] == {"order": "Going"}
    assert words["configurable"]["state"] == "New"
    wrong = PROFILE.replace('"closed"', '"shut"')
    told = configure(Catalogue(), asked(config.DefineProfile, config.ProfileText(text=wrong)))
    assert told.result is not None
    assert (told.result.guard, "row 1 (Over)" in told.result.reason) == ("profile", True)


@pytest.mark.rule("S2.6")
def test_test_orders_end_with_the_first_real_one():
    """
    Before it they may be made, after it they are refused; real ones always may.
    """
    store = rules("storefront")
    real = asked(config.RealOrderCame, config.Channel(channel="shop"))
    catalogue, _ = after(real, real)
    live = with_catalogue(store, catalogue, "shop")
    make = request.Create(document=placed().body)

    assert catalogue.revision == 1
    assert results(run([ask("create", 1, make, test=True)], store).messages)[0].accepted
    refused = results(run([ask("create", 1, make, test=True)], live).messages)[0]
    assert (refused.accepted, refused.guard) == (False, "test_orders")
    assert results(run([ask("create", 1, make)], live).messages)[0].accepted
