"""What a declaration of a list has; `docs/declared-lists.md` explains each key.

A mistake of one key is found by the types here, one between several keys in `mistakes`.
"""

from __future__ import annotations

import re
from typing import (
    Annotated,
    Any,
    Literal,
)

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
)

AnswerFormat = Literal["json", "xml", "html"]


class DeclarationModel(BaseModel):
    """A part of a declaration: a key that it does not have is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _make_tuple(value: Any) -> Any:
    """Return one or several as several."""
    return value if isinstance(value, (list, tuple)) else (value,)


def _check_group(pattern: re.Pattern[str]) -> re.Pattern[str]:
    if not pattern.groups:
        raise ValueError("put ( ) around the part of the pattern that is wanted")
    return pattern


Several = Annotated[tuple[str, ...], BeforeValidator(_make_tuple), Field(min_length=1)]
GroupPattern = Annotated[re.Pattern[str], AfterValidator(_check_group)]


class ValueSource(DeclarationModel):
    """Where a value stands on the column's page; the first group of a pattern is taken."""

    parameter: str | None = None  # of the page's address
    address: GroupPattern | None = None  # a pattern in the page's address
    script: GroupPattern | None = None  # a pattern in its scripts, without comments
    text: GroupPattern | None = None  # a pattern in its source
    field: str | None = None  # the name or `#id` of a form's field
    default: str | None = None  # where it stands nowhere


Sources = Annotated[
    tuple[ValueSource, ...], BeforeValidator(_make_tuple), Field(min_length=1)
]


class WrappedFields(DeclarationModel):
    """Some sites send the fields of a JSON body inside another one."""

    key: str
    where: re.Pattern[str]  # found in the source of their column's page


class RequestShape(DeclarationModel):
    """What is sent for a page of the list; `{name}` stands for a value."""

    url: str = Field(min_length=1)
    method: Literal["GET", "POST"]
    query: dict[str, Any] = Field(default_factory=dict)
    form: dict[str, Any] | None = None
    json_fields: dict[str, Any] | None = Field(default=None, alias="json")
    wrap: WrappedFields | None = None

    @field_validator("url")
    @classmethod
    def _check_url(
        cls,
        url: str,
    ) -> str:
        if "?" in url:
            raise ValueError("write what stands behind the ? under `query`")
        return url

    @property
    def body(self) -> dict[str, Any]:
        """The fields that are sent in the body."""
        return self.json_fields or self.form or {}


class PageNumbers(DeclarationModel):
    """How pages are numbered, and what the last one is."""

    first: int = Field(ge=0)  # the number of the first one that is asked for
    size: int | None = Field(default=None, ge=1)  # rows of a page
    # `empty`: a page without rows is the end; `short`: one with fewer rows than `size` too.
    stop: Literal["empty", "short"] = "empty"


class TextWithin(DeclarationModel):
    """A text in a JSON answer that has the list: HTML in JSON, XML in JSONP."""

    path: str = Field(min_length=1)
    format: Literal["xml", "html"]


class AnswerShape(DeclarationModel):
    """Where an answer has the rows, and what they have."""

    format: AnswerFormat
    within: TextWithin | None = None
    # JSON: the path of the rows, `$` for the answer itself. XML: the tag of a row. HTML: the
    # elements that hold the links of the list, such as `ul.list`; without any: `li` and `tr`.
    rows: Annotated[tuple[str, ...], BeforeValidator(_make_tuple)] = ()
    # Without an address a row is markup, and its first link is taken.
    address: Annotated[tuple[str, ...], BeforeValidator(_make_tuple)] = ()
    title: Annotated[tuple[str, ...], BeforeValidator(_make_tuple)] = ()
    date: Annotated[tuple[str, ...], BeforeValidator(_make_tuple)] = ()
    # How many rows the whole list has, or how many pages: a path, or a pattern in the text.
    total: str | None = None
    total_text: GroupPattern | None = None
    page_count: str | None = None
    page_count_text: GroupPattern | None = None

    @property
    def row_format(self) -> AnswerFormat:
        """The format of the text that the rows stand in."""
        return self.within.format if self.within else self.format


class ColumnTree(DeclarationModel):
    """Columns in the script of a page, as a tree of objects; each report column is a list."""

    script: re.Pattern[str]  # what stands before the tree
    id: str
    name: str
    children: str


class ListDeclaration(DeclarationModel):
    """A list that is asked for page by page."""

    values: dict[str, Sources] = Field(default_factory=dict)
    # Each match on the column's page is a list: `'name': 'value'` in it are parameters.
    each: GroupPattern | None = None
    columns: ColumnTree | None = None
    request: RequestShape
    pages: PageNumbers
    answer: AnswerShape
