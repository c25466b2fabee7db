"""Amounts of payloads to minor units: decimal text in, whole cents out, never a rounded total.

Exponents are those of ISO 4217 list one; codes for metals, bonds, tests and "no currency" are
left out on purpose, and so is everything that is not a currency of a country (no crypto coin).
"""

import re
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from connectors.misread import Misread
from domain.vocabulary import Minor

MINOR_MAX: Final = 10**15
"""The domain's bound for an amount (`domain.document.Money`)."""

_TWO: Final = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD
CAD CDF CHE CHF CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL
GHS GIP GMD GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR
LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB
PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP
SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG ZWL
"""
_NONE: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE: Final = "BHD IQD JOD KWD LYD OMR TND"
_FOUR: Final = "CLF UYW"

EXPONENTS: Final = {
    code: exponent
    for exponent, codes in ((2, _TWO), (0, _NONE), (3, _THREE), (4, _FOUR))
    for code in codes.split()
}

_PLAIN_CHARACTERS_MAX: Final = 16
_PLAIN: Final = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?", re.ASCII)


class NotMoney(Misread):
    """An amount or a currency that cannot be read."""


def minor(amount: object, currency: str, *, field: str = "amount") -> Minor:
    """Turn a decimal amount into minor units, exactly."""
    units = _plain_units(amount, currency)
    if units is not None:
        return _bounded(units, field, amount)
    scaled = _scaled(amount, currency, field)
    whole = int(scaled)
    if whole != scaled:
        raise NotMoney(f"has more decimals than {currency} knows", field, amount)
    return _bounded(whole, field, amount)


def minor_unsigned(amount: object, currency: str, *, field: str = "amount") -> Minor:
    """Turn a decimal amount that cannot be negative into minor units, exactly."""
    whole = minor(amount, currency, field=field)
    if whole < 0:
        raise NotMoney("must not be negative", field, amount)
    return whole


def minor_each(amount: object, pieces: int, currency: str, *, field: str = "amount") -> Minor:
    """Divide an amount by pieces; rounded half to even, so for unit prices only, never totals."""
    pieces = pieces or 1
    units = _plain_units(amount, currency)
    if units is not None:
        each, rest = divmod(units, pieces)
        up = 2 * rest > pieces or (2 * rest == pieces and each % 2 == 1)
        return _bounded(each + up, field, amount)
    share = _scaled(amount, currency, field) / pieces
    return _bounded(int(share.to_integral_value(ROUND_HALF_EVEN)), field, amount)


def exponent(currency: str, *, field: str = "currency") -> int:
    """Look up how many decimals a currency has."""
    if currency not in EXPONENTS:
        raise NotMoney("is no currency of ISO 4217", field, currency)
    return EXPONENTS[currency]


def _plain_units(amount: object, currency: str) -> int | None:
    """Read an amount as nearly all are written, `12.34`, by its digits; None for any other.

    Ten times cheaper than decimals, which have the last word on signs, blanks, other types and
    more decimals than the currency knows.
    """
    decimals = EXPONENTS.get(currency)
    if decimals is None or type(amount) is not str or len(amount) > _PLAIN_CHARACTERS_MAX:
        return None
    whole, point, part = amount.partition(".")
    missing = decimals - len(part)
    if missing < 0 or bool(point) != bool(part):
        return None
    digits = whole + part
    if not whole or not digits.isdigit() or not digits.isascii():
        return None
    return int(digits + "0" * missing)


def _scaled(amount: object, currency: str, field: str) -> Decimal:
    return Decimal(_plain(amount, field)).scaleb(exponent(currency))


def _plain(amount: object, field: str) -> str:
    """Write an amount as plain digits: no exponent, no sign but minus, ASCII only."""
    text = ""
    match amount:
        case bool():
            pass
        case str():
            text = amount.strip()
        case int() if abs(amount) < 10**18:
            text = str(amount)
        case float():
            text = repr(amount)  # the shortest decimal that reads back the same
        case Decimal() if amount.is_finite() and abs(amount.adjusted()) < 18:
            text = format(amount, "f")
    if not _PLAIN.fullmatch(text):
        raise NotMoney("is no plain decimal amount", field, amount)
    return text


def _bounded(whole: int, field: str, amount: object) -> Minor:
    if abs(whole) > MINOR_MAX:
        raise NotMoney("is larger than any order", field, amount)
    return Minor(whole)
