"""Decimal amounts to minor units: exact or refused."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.money import (
    EXPONENTS,
    MINOR_MAX,
    NotMoney,
    exponent,
    minor,
    minor_each,
    minor_unsigned,
)


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("12.34", "EUR", 1234),
        ("12.3", "EUR", 1230),
        ("12", "EUR", 1200),
        ("12.340000", "EUR", 1234),
        (" 12.34 ", "EUR", 1234),
        ("-0.01", "USD", -1),
        ("0.00", "USD", 0),
        ("-0", "USD", 0),
        ("1200", "JPY", 1200),
        ("1200.00", "JPY", 1200),
        ("1.234", "KWD", 1234),
        ("1.2345", "CLF", 12345),
        ("007.50", "EUR", 750),
        ("12.", "EUR", None),
        (".50", "EUR", None),
        ("1²", "EUR", None),
        ("1.2.3", "EUR", None),
        (5, "EUR", 500),
        (264.8, "EUR", 26480),
        (0.1, "EUR", 10),
        (1.1 + 2.2 - 3.3 + 0.07, "EUR", None),
        (Decimal("19.99"), "GBP", 1999),
        (Decimal("1E+3"), "GBP", 100000),
        ("9999999999999.99", "EUR", 999999999999999),
        ("10000000000000.00", "EUR", MINOR_MAX),
        ("10000000000000.01", "EUR", None),
        ("12.345", "EUR", None),
        ("0.5", "JPY", None),
        ("NaN", "EUR", None),
        ("Infinity", "EUR", None),
        ("1e3", "EUR", None),
        ("1_000", "EUR", None),
        ("1,000.00", "EUR", None),
        ("١٢", "EUR", None),
        ("", "EUR", None),
        ("-", "EUR", None),
        ("1" * 40, "EUR", None),
        (float("nan"), "EUR", None),
        (float("inf"), "EUR", None),
        (1e30, "EUR", None),
        (10**30, "EUR", None),
        (Decimal("NaN"), "EUR", None),
        (Decimal("1E+999999"), "EUR", None),
        (True, "EUR", None),
        (None, "EUR", None),
        ([], "EUR", None),
        ({}, "EUR", None),
        ("12.34", "BTC", None),
        ("12.34", "eur", None),
        ("12.34", "XXX", None),
        ("12.34", "XAU", None),
        ("12.34", "", None),
    ],
)
def test_an_amount_is_read_exactly_or_not_at_all(amount, currency, expected):
    """None in the table: refused."""
    if expected is None:
        with pytest.raises(NotMoney):
            minor(amount, currency)
    else:
        assert minor(amount, currency) == expected


def test_a_refusal_names_the_field_and_the_value():
    """What goes to the quarantine can be found in the payload."""
    with pytest.raises(NotMoney) as refusal:
        minor("12.345", "EUR", field="total_price")

    assert refusal.value.field == "total_price"
    assert refusal.value.value == "12.345"
    assert refusal.value.reason == "has more decimals than EUR knows"


def test_an_unknown_currency_is_named_as_the_currency():
    """The amount is not to blame."""
    with pytest.raises(NotMoney) as refusal:
        minor("1.00", "DOGE", field="total")

    assert (refusal.value.field, refusal.value.value) == ("currency", "DOGE")


@pytest.mark.parametrize(("amount", "fits"), [("0", True), ("0.01", True), ("-0.01", False)])
def test_what_cannot_be_negative_is_refused_below_zero(amount, fits):
    """A refund's amount has no sign."""
    if fits:
        assert minor_unsigned(amount, "EUR") >= 0
    else:
        with pytest.raises(NotMoney):
            minor_unsigned(amount, "EUR")


@pytest.mark.parametrize(
    ("amount", "pieces", "expected"),
    [("10.00", 3, 333), ("0.05", 2, 2), ("0.15", 2, 8), ("10.00", 0, 1000), ("1.0001", 1, 100)],
)
def test_a_unit_price_is_rounded_half_to_even(amount, pieces, expected):
    """A unit price is for reading; totals are never made of it."""
    assert minor_each(amount, pieces, "EUR") == expected


@given(units=st.integers(0, MINOR_MAX), pieces=st.integers(1, 1_000_000))
def test_a_unit_price_of_plain_digits_is_that_of_decimals(units, pieces):
    """Digits are quicker than decimals and never say something else; a blank takes the slow way."""
    amount = f"{units // 100}.{units % 100:02}"

    assert minor_each(amount, pieces, "EUR") == minor_each(f" {amount}", pieces, "EUR")
    assert minor(amount, "EUR") == minor(f" {amount}", "EUR") == units


@pytest.mark.parametrize(
    ("code", "decimals"),
    [("EUR", 2), ("JPY", 0), ("ISK", 0), ("KWD", 3), ("CLF", 4), ("XOF", 0), ("HUF", 2)],
)
def test_a_currency_has_the_decimals_of_iso_4217(code, decimals):
    """The table is the standard's, not a provider's."""
    assert exponent(code) == decimals


def test_the_table_is_that_of_the_standard():
    """So many codes of each kind; one that stood in two rows would be missing here."""
    counts = Counter(EXPONENTS.values())

    assert counts == {2: 144, 0: 17, 3: 7, 4: 2}
    assert all(len(code) == 3 and code.isupper() for code in EXPONENTS)


@given(st.integers(-(10**14), 10**14), st.sampled_from(sorted(EXPONENTS)))
def test_minor_units_survive_the_way_through_text(amount, currency):
    """Writing an amount as a decimal and reading it gives the amount."""
    text = format(Decimal(amount).scaleb(-exponent(currency)), "f")

    assert minor(text, currency) == amount


@given(st.one_of(st.text(), st.floats(), st.integers(), st.none(), st.decimals()))
def test_any_value_is_read_or_refused(value):
    """Nothing but NotMoney comes out."""
    result = read_or_none(value)

    assert result is None or abs(result) <= MINOR_MAX


def read_or_none(value):
    try:
        return minor(value, "EUR")
    except NotMoney:
        return None
