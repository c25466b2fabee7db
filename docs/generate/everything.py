"""Every generated page by its path under `docs/`."""

from docs.generate.connector import connectors_page
from docs.generate.fact import facts_page
from docs.generate.profile import profile_pages
from docs.generate.schema import schema_files
from docs.generate.setting import settings_page
from docs.generate.topic import asyncapi, topics_page

FOLDERS = ("schemas", "profiles")
"""Hold nothing but generated files."""


def everything() -> dict[str, str]:
    """Write all pages, in memory."""
    return {
        "asyncapi.json": asyncapi(),
        "connectors.md": connectors_page(),
        "facts.md": facts_page(),
        "settings.md": settings_page(),
        "topics.md": topics_page(),
        **profile_pages(),
        **schema_files(),
    }
