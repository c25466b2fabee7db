"""Writes the generated pages of `docs/` again: `make docs`."""

from pathlib import Path

from docs.generate.everything import FOLDERS, everything

DOCS = Path(__file__).parents[1]


def main() -> None:
    """Write what is new or differs, and remove what nothing writes any more."""
    pages = everything()
    for name, text in pages.items():
        path = DOCS / name
        path.parent.mkdir(exist_ok=True)
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            print(f"docs/{name}")
    for old in (path for folder in FOLDERS for path in (DOCS / folder).iterdir()):
        if old.relative_to(DOCS).as_posix() not in pages:
            old.unlink()
            print(f"docs/{old.relative_to(DOCS)} is gone")


if __name__ == "__main__":
    main()
