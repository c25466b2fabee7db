"""What the view gives up for.

ViewError
├── WrongDatabase        the URL names no database that can hold a view
├── WrongSchema          the tables are older or newer than this code, or not there
├── WrongQuestion        a filter, sort, search or cursor that there is not; says which there are
└── PositionMoved        another worker wrote these records; nothing was written here
"""

from __future__ import annotations


class ViewError(Exception):
    """The view cannot do what was asked; the message is one line for people."""


class WrongDatabase(ViewError):  # noqa: N818 - named for what is wrong, like its siblings
    """The URL names no database that can hold a view."""


class WrongSchema(ViewError):  # noqa: N818
    """The tables are not those of this code; the message says how to migrate."""


class WrongQuestion(ViewError):  # noqa: N818
    """A filter, sort, search or cursor that there is not; the message names those that are."""


class PositionMoved(ViewError):  # noqa: N818
    """Another worker moved the position of a partition; the transaction was rolled back."""
