"""YAML files that a person writes: read with the line of each field, so that a mistake names it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import (
    Any,
    get_args,
)

from pydantic import (
    BaseModel,
    ValidationError,
)
from ruamel.yaml import YAML
from ruamel.yaml.comments import (
    CommentedMap,
    CommentedSeq,
)
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError

Place = tuple[str | int, ...]  # the steps from the top of a file to a field
SECRET_FIELD = "proxy"  # what is found in it may have a password


class YamlFileError(Exception):
    """A file cannot be used; the message names file, line and field and says what to do."""


@dataclass(frozen=True)
class YamlFields:
    """The fields of a file, with their places."""

    path: Path
    root: CommentedMap

    @cached_property
    def plain(self) -> Any:
        """The fields as plain dictionaries and lists."""
        return _copy_plain(self.root)

    def write_mistake(
        self,
        place: Place,
        message: str,
    ) -> str:
        """Return a mistake with the file, the line and the name of its field."""
        own_place = tuple(_follow_file(self.root, place))
        line = _find_line(self.root, own_place)
        return f"{self.path}:{line}: {_write_field_name(own_place)}: {message}"


def load_yaml(
    path: Path,
    kind: str,
) -> YamlFields:
    """Return the fields of a file; raise YamlFileError where it is no mapping in YAML.

    `kind` says what the file is: `a site file`.
    """
    try:
        text = path.read_text("utf-8")
        root = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        problem = _describe_problem(error)
        raise YamlFileError(f"{path}:{line}: not YAML: {problem}") from error
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        sign = f"U+{error.character:04X}"
        problem = f"the sign {sign}, which no YAML file may have"
        raise YamlFileError(f"{path}:{line}: not YAML: {problem}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise YamlFileError(f"{path}:1: cannot be read: {error}") from error
    if not isinstance(root, CommentedMap):
        raise YamlFileError(f"{path}:1: {kind} is a mapping of fields, `name: value`")
    return YamlFields(path, root)


def _describe_problem(error: MarkedYAMLError) -> str:
    """Return what is wrong with a YAML text; of a key that is given twice, no value."""
    problem = str(error.problem)
    if isinstance(error, DuplicateKeyError):
        problem, _, _ = problem.partition(" with value ")
    return _hide_passwords(problem)


def _hide_passwords(text: str) -> str:
    """Return a text without what stands before an `@`: there may be a password.

    >>> _hide_passwords("(found {'proxy': 'http://user:password@host'})")
    "(found {'proxy': …@host'})"
    """
    words = []
    for word in text.split(" "):
        _, sign, rest = word.rpartition("@")
        words.append(f"…@{rest}" if sign else word)
    return " ".join(words)


def describe_mistakes(
    fields: YamlFields,
    error: ValidationError,
    model: type[BaseModel],
    kind: str,
    *,
    shows_values: bool = True,
) -> str:
    """Return the mistakes that a model finds in a file, a line each.

    `kind` is what the file is called where it has a field that the model does not know;
    `shows_values` whether it is said what was found in the place of what is wanted.
    """
    mistakes = []
    for mistake in error.errors():
        place = mistake["loc"]
        shows_value = shows_values and place[:1] != (SECRET_FIELD,)
        message = _describe_mistake(mistake, model, kind, shows_value=shows_value)
        mistakes.append(fields.write_mistake(place, message))
    return "\n".join(mistakes)


def _describe_mistake(
    mistake: Any,
    model: type[BaseModel],
    kind: str,
    *,
    shows_value: bool,
) -> str:
    if mistake["type"] == "missing":
        return "is missing"
    if mistake["type"] == "extra_forbidden":
        place = mistake["loc"]
        owner = kind if len(place) == 1 else f"`{_write_field_name(place[:-1])}`"
        keys = ", ".join(_list_keys(model, place))
        return f"is not a field of {owner} (fields are {keys})"
    if not shows_value:
        return str(mistake["msg"])
    return _hide_passwords(f"{mistake['msg']} (found {mistake['input']!r})")


def _list_keys(
    model: type[BaseModel],
    place: Place,
) -> list[str]:
    """Return the fields that may stand beside one at a place."""
    for step in place[:-1]:
        for name, field in model.model_fields.items():
            if step in (name, field.alias):
                model = _find_model(field.annotation) or model
    return [field.alias or name for name, field in model.model_fields.items()]


def _find_model(annotation: Any) -> type[BaseModel] | None:
    """Return the model in the type of a field, such as that of its items."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in get_args(annotation):
        model = _find_model(part)
        if model is not None:
            return model
    return None


def _copy_plain(node: Any) -> Any:
    """Return a YAML node as plain dictionaries and lists."""
    if isinstance(node, dict):
        mapping = {}
        for key, value in node.items():
            mapping[str(key)] = _copy_plain(value)
        return mapping
    if isinstance(node, list):
        return [_copy_plain(value) for value in node]
    return node


def _follow_file(
    node: Any,
    place: Place,
) -> Iterator[str | int]:
    """Yield the steps of a place as the file has them: one of a kind needs no list."""
    for step in place:
        if isinstance(step, int) and isinstance(node, CommentedMap):
            continue
        yield step
        node = _get_part(node, step)


def _get_part(
    node: Any,
    step: str | int,
) -> Any:
    if isinstance(node, CommentedMap) and step in node:
        return node[step]
    if isinstance(node, CommentedSeq) and step in range(len(node)):
        return node[step]
    return None


def _find_line(
    node: Any,
    place: Place,
) -> int:
    """Return the line, from 1, of the field at a place, or of the nearest node around it."""
    line = 0
    for step in place:
        if isinstance(node, CommentedMap) and step in node:
            line = node.lc.key(step)[0]
        elif isinstance(node, CommentedSeq) and step in range(len(node)):
            line = node.lc.item(step)[0]
        else:
            break
        node = node[step]
    return line + 1


def _write_field_name(place: Place) -> str:
    """Return the name of a field as a person writes it: `entries[0].url`."""
    name = ""
    for step in place:
        name += f"[{step}]" if isinstance(step, int) else f".{step}"
    return name.lstrip(".")
