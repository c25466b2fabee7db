from __future__ import annotations

import logging

from streams.engine.quiet import OncePerWhile


def test_a_line_that_repeats_is_logged_once_in_a_while():
    quiet = OncePerWhile()

    said = [
        quiet.filter(logging.makeLogRecord({"msg": template, "args": (number,)}))
        for number, template in enumerate(["away %d", "away %d", "back %d", "away %d"])
    ]

    assert said == [True, False, True, False]
