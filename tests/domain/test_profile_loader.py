"""A profile that cannot work is refused with the row that is wrong."""

import pytest

from domain.profile import ProfileError
from domain.profile_proof import parse_profile
from domain.rules import Rules
from tests.domain.builders import PROFILES, captured, hold, notices, placed, results, run

HEAD = 'name = "toy"\ntitle = "Toy"\n'
SOUND = """
[words.order]
rows = [
  { show = "Gone", when = { lifecycle = ["cancelled"] } },
  { show = "Here" },
]
"""


def loaded(text):
    return parse_profile(HEAD + text)


def test_a_sound_profile_is_loaded():
    """
    Two rows, of which the last always holds.
    """
    assert loaded(SOUND).profile.name == "toy"


WRONG = {
    "no row for a state": (
        '[words.order]\nrows = [{ show = "Gone", when = { lifecycle = ["cancelled"] } }]',
        "profile toy, words.order: no row shows a word for lifecycle draft",
    ),
    "no row for one value of two": (
        (
            '[words.order]\nrows = [{ show = "A", when = { hold = ["on_hold"] } },'
            ' { show = "B", when = { valid = ["yes"] } }]'
        ),
        "profile toy, words.order: no row shows a word for hold clear, valid no",
    ),
    "a row behind one that always holds": (
        (
            '[words.order]\nrows = [{ show = "Here" }, '
            '{ show = "Gone", when = { lifecycle = ["cancelled"] } }]'
        ),
        "profile toy, words.order, row 2 (Gone): earlier rows hide it",
    ),
    "a row behind others that cover it": (
        (
            '[words.order]\nrows = [{ show = "A", when = { valid = ["yes"] } }, '
            '{ show = "B", when = { valid = ["no"] } }, { show = "C" }]'
        ),
        "profile toy, words.order, row 3 (C): earlier rows hide it",
    ),
    "a facet that does not exist": (
        '[words.order]\nrows = [{ show = "Gone", when = { weather = ["rain"] } }]',
        "profile toy, words.order, row 1 (Gone): no facet 'weather'; there are lifecycle",
    ),
    "a value that a facet never has": (
        '[words.order]\nrows = [{ show = "A" }, { show = "Gone", when = { hold = ["maybe"] } }]',
        "profile toy, words.order, row 2 (Gone): hold is never 'maybe'",
    ),
    "a shipment's state that does not exist": (
        (
            '[words.shipment]\nsubject = "shipment"\n'
            'rows = [{ show = "Lost", when = { parcel = ["melted"] } }]'
        ),
        "profile toy, words.shipment, row 1 (Lost): parcel is never 'melted'",
    ),
    "an order's facet in a shipment's table": (
        (
            '[words.shipment]\nsubject = "shipment"\n'
            'rows = [{ show = "Held", when = { hold = ["on_hold"] } }]'
        ),
        "profile toy, words.shipment, row 1 (Held): no facet 'hold'; there are parcel",
    ),
    "a shipment's state without a word": (
        (
            '[words.shipment]\nsubject = "shipment"\n'
            'rows = [{ show = "Lost", when = { parcel = ["lost"] } }]'
        ),
        "profile toy, words.shipment: no row shows a word for parcel unknown",
    ),
    "a guard on a facet that does not exist": (
        (
            f'{SOUND}[guards]\ncancel = [{{ guard = "dry", when = {{ weather = ["sun"] }}, '
            'refusal = "it rains" }]'
        ),
        "profile toy, guards.cancel (dry): no facet 'weather'",
    ),
    "a notice on an axis that does not exist": (
        f'{SOUND}[[notices]]\non = "mood"\naudience = "customer"\ntemplate = "t"',
        "profile toy: notice on unknown axis 'mood'",
    ),
    "a notice on a word that is never shown": (
        (
            f'{SOUND}[[notices]]\non = "order"\nwords = ["Gne"]\naudience = "customer"\n'
            'template = "t"'
        ),
        "profile toy: order never shows ['Gne']",
    ),
    "a field that is misspelt": ("[words.order]\nrovs = []", "profile: "),
    "an audience that does not exist": (
        f'{SOUND}[[notices]]\non = "order"\naudience = "everybody"\ntemplate = "t"',
        "profile: Invalid enum value 'everybody'",
    ),
    "no TOML at all": ("rows = [", "profile: "),
}


@pytest.mark.parametrize("case", list(WRONG))
def test_a_wrong_profile_is_refused_by_name(case):
    """
    The message says which table and row, and what is wrong with it.
    """
    text, message = WRONG[case]

    with pytest.raises(ProfileError) as refused:
        loaded(text)

    assert str(refused.value).startswith(message)


def test_a_table_without_conditions_shows_one_word():
    """
    A row that always holds is enough.
    """
    compiled = loaded('[words.order]\nrows = [{ show = "Here" }]')

    words = run([placed()], Rules(profiles=(compiled,))).snapshot.words

    assert words == {"toy": {"order": "Here"}}


@pytest.mark.rule("S2.10")
@pytest.mark.parametrize("media", [["email"], ["sms"], ["email", "sms"], []])
def test_a_notice_is_told_once_in_each_medium(media):
    """
    Two media are two intents, with ids of their own; none is silence.
    """
    compiled = loaded(
        f'{SOUND}[[notices]]\non = "placed"\naudience = "customer"\ntemplate = "t"\n'
        f"media = {media}"
    )

    told = notices(run([placed(), placed()], Rules(profiles=(compiled,))).messages, "customer")

    assert [one.medium for one in told] == media
    assert len({one.id for one in told}) == len(media)


def test_a_notice_without_words_follows_each_word():
    """
    Every word that the axis can show is told.
    """
    compiled = loaded(f'{SOUND}[[notices]]\non = "order"\naudience = "admin"\ntemplate = "t"')

    assert set(compiled.notices) == {("order", "Gone"), ("order", "Here")}


@pytest.mark.rule("S2.11")
def test_a_notice_that_is_not_configured_is_not_sent():
    """
    Which changes are told is data of the profile.
    """
    by = Rules(profiles=(loaded(SOUND),))

    messages = run([placed()], by).messages

    assert [notices(messages, who) for who in ("customer", "merchant", "admin")] == [[], [], []]


def test_a_profile_narrows_a_command_and_says_why():
    """
    Its own guard refuses in its own words.
    """
    compiled = loaded(
        f'{SOUND}[guards]\nhold = [{{ guard = "paid", when = {{ payment = ["paid"] }}, '
        'refusal = "only paid orders are held here" }]'
    )
    by = Rules(profiles=(compiled,))

    answers = results(run([placed(), hold(1), captured(at=2), hold(3)], by).messages)

    assert [(one.accepted, one.guard, one.reason) for one in answers] == [
        (False, "paid", "only paid orders are held here"),
        (True, "", ""),
    ]


@pytest.mark.parametrize("name", list(PROFILES))
def test_a_shipped_profile_is_sound(name):
    """
    Each profile of the package loads, so each of its tables is total and reachable.
    """
    assert PROFILES[name].profile.name == name
