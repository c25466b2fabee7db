"""How a mapping file is written, for `connectors.md`: read off the types that it is read with."""

import msgspec

from connectors.mapping import file
from docs.generate.page import code, prose, table

_ABOUT = f"""
A source that is not here takes one TOML file: copy one of `examples/mappings`, try it with
`orderstream normalize --mapping FILE PAYLOAD`, and put it in the folder that
`ORDERSTREAM_MAPPINGS` names. {prose(file)}
"""
_PARTS = (file.File, file.Row, file.About, file.Value, file.Times, file.Money)


def mapping_section() -> str:
    """Write the section."""
    parts = ["## Sources without a connector", _ABOUT.strip("\n")]
    for part in _PARTS:
        rows = [(code(field.name), _default(field)) for field in msgspec.structs.fields(part)]
        title = "The whole file" if part is file.File else part.__name__
        parts.append(f"### {title}\n\n{prose(part)}\n\n" + table(("key", "default"), rows))
    return "\n\n".join(parts)


def _default(field: msgspec.structs.FieldInfo) -> str:
    """Say what stands in where a key is left out."""
    if field.required:
        return "must be there"
    default = field.default
    if isinstance(default, tuple):
        return code(*default) if default else "none"
    return code(default) if isinstance(default, str | int) and default != "" else "none"
