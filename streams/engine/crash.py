"""How the process ends on a surprise: say why, flush, exit 70; the supervisor starts it again.

Going on after a surprise is what loses records in Faust (fact F1): an agent that raised has its
record acknowledged. Nothing was committed when this runs, so the next start repeats the work.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from typing import Final, NoReturn

EXIT_SURPRISE: Final = 70  # EX_SOFTWARE of sysexits.h

Die = Callable[[str, BaseException], None]

_log = logging.getLogger(__name__)


def die(cause: str, error: BaseException) -> NoReturn:
    """End the process now, without any clean-up that could commit something."""
    _log.critical("engine died: cause=%s", cause, exc_info=error)
    print(f"orderstream: {cause}: {error!r}", file=sys.stderr, flush=True)  # noqa: T201
    logging.shutdown()
    sys.stdout.flush()
    os._exit(EXIT_SURPRISE)
