"""The settings that a command goes by: wrong ones are one line."""

from __future__ import annotations

from streams.command_line.failure import WrongUse
from streams.settings import Settings, SettingsError, load_settings


def read_settings() -> Settings:
    """Read the settings or give up with one line."""
    try:
        return load_settings()
    except SettingsError as error:
        raise WrongUse(str(error)) from error
