"""Says in words what may stand in a field of one of our value types."""

from msgspec import NODEFAULT, UNSET, inspect

from docs.generate.page import code, first_sentence, table

_PLAIN = {
    inspect.NoneType: "null",
    inspect.BoolType: "true or false",
    inspect.DateType: "day",
    inspect.DateTimeType: "time",
    inspect.AnyType: "anything",
    inspect.RawType: "JSON",
}


def fields_table(struct: type) -> str:
    """Write the fields of a struct: name on the wire, type, default."""
    info = inspect.type_info(struct)
    rows = [(code(f.encode_name), type_text(f.type), _default(f)) for f in info.fields]
    return table(("field", "type", "if left out"), rows)


def type_text(info: inspect.Type) -> str:
    """Say what a type takes."""
    match info:
        case inspect.Metadata():
            return type_text(info.type)
        case inspect.UnionType():
            return " or ".join(type_text(each) for each in info.types)
        case inspect.EnumType():
            return f"word of [{info.cls.__name__}](#{info.cls.__name__.lower()})"
        case inspect.LiteralType():
            return f"one of {code(*info.values)}"
        case inspect.StructType():
            return f"[{info.cls.__name__}](#{info.cls.__name__.lower()})"
        case inspect.VarTupleType() | inspect.ListType():
            return f"list of {type_text(info.item_type)}{_bounds(info, 'max_length', ' at most')}"
        case inspect.DictType():
            return f"map to {type_text(info.value_type)}"
        case inspect.StrType():
            return _text(info)
        case inspect.IntType():
            return _number(info)
        case _:
            return _PLAIN.get(type(info), type(info).__name__)


def structs_of(info: inspect.Type) -> list[type]:
    """Collect the structs and enums that a type speaks of, the outer ones first."""
    match info:
        case inspect.Metadata():
            return structs_of(info.type)
        case inspect.UnionType():
            return [found for each in info.types for found in structs_of(each)]
        case inspect.EnumType():
            return [info.cls]
        case inspect.StructType():
            inner = [found for field in info.fields for found in structs_of(field.type)]
            return [info.cls, *inner]
        case inspect.VarTupleType() | inspect.ListType():
            return structs_of(info.item_type)
        case inspect.DictType():
            return structs_of(info.value_type)
        case _:
            return []


def words_table(words: type) -> str:
    """List the words of a closed set."""
    return f"{first_sentence(words)}\n\n{code(*(word.value for word in words))}"


def _text(info: inspect.StrType) -> str:
    if info.pattern:
        return f"text that matches {code(info.pattern)}"
    least = ", not empty" if info.min_length else ""
    return f"text{_bounds(info, 'max_length', ' characters at most')}{least}"


def _number(info: inspect.IntType) -> str:
    least = "" if info.ge is None else f", from {info.ge:,}"
    most = "" if info.le is None else f", to {info.le:,}"
    return f"whole number{least}{most}"


def _bounds(info: inspect.Type, name: str, words: str) -> str:
    bound = getattr(info, name)
    return "" if bound is None else f", {bound:,}{words}"


def _default(field: inspect.Field) -> str:
    if field.required:
        return "**required**"
    value = field.default
    if value is NODEFAULT or value is UNSET:
        return "empty"
    if value is None:
        return "null"
    if value == "" or not isinstance(value, str | int):
        return "empty"
    return code(str(value).lower() if isinstance(value, bool) else value)
