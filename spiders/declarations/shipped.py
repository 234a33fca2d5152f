"""The declarations that are installed: one YAML file for each platform, named after it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import (
    Field,
    ValidationError,
)

from nianbao.spiders.declarations.mistakes import find_mistakes
from nianbao.spiders.declarations.model import (
    DeclarationModel,
    ListDeclaration,
)
from nianbao.spiders.yaml_files import (
    YamlFields,
    YamlFileError,
    describe_mistakes,
    load_yaml,
)

FOLDER = Path(__file__).parent / "platforms"


class ShippedDeclaration(DeclarationModel):
    """A file of a platform: what it is, where it was seen, and its list."""

    about: str = Field(min_length=10)
    seen: str = Field(min_length=2)
    declaration: ListDeclaration


@cache
def load_declarations() -> dict[str, ListDeclaration]:
    """Read the declarations once; return them by platform, in order of name.

    Raises YamlFileError with all mistakes of the first file that has any.
    """
    return {path.stem: read_declaration(path) for path in sorted(FOLDER.glob("*.yml"))}


def read_declaration(path: Path) -> ListDeclaration:
    """Return the declaration of a platform's file; raise YamlFileError with all its mistakes."""
    fields = load_yaml(path, "a declaration")
    try:
        shipped = ShippedDeclaration.model_validate(fields.plain)
    except ValidationError as error:
        mistakes = describe_mistakes(fields, error, ShippedDeclaration, "declarations")
        raise YamlFileError(mistakes) from error
    check_declaration(fields, shipped.declaration)
    return shipped.declaration


def check_declaration(
    fields: YamlFields,
    declaration: ListDeclaration,
) -> None:
    """Raise YamlFileError with the mistakes between several keys of a file's declaration."""
    mistakes = [
        fields.write_mistake(("declaration", *place), message)
        for place, message in find_mistakes(declaration)
    ]
    if mistakes:
        raise YamlFileError("\n".join(mistakes))
