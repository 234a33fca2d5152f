"""The catalogue: one YAML file a site, checked when it is loaded; a mistake names file, line
and field.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

SITES = Path(__file__).parent / "sites"
Platform = Literal[
    "trs",
    "hanweb",
    "xxgk",
    "jpaas",
    "gkmlpt",
    "ucap",
    "lonsun",
    "vsb",
    "epoint",
    "webforms",
    "simple",
    "generic",
]
NEEDED = {
    "simple": ("row", "title", "date", "next")
}  # options by platform, all of them needed
COMMON = ("tree",)  # what every platform may have
State = Literal["as_stated", "changed", "blocked", "left_out", "unreachable"]


HOURS = r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$"


class CatalogueError(Exception):
    """A site file cannot be used; the message names file, line and field and says what is
    expected.
    """


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _address(value: str) -> str:
    TypeAdapter(HttpUrl).validate_python(value)
    return value


class Region(Strict):
    """Where the site's body is: the full name from province down, and its division code."""

    name: str = Field(min_length=2)
    code: str | None = Field(pattern=r"^\d{6,12}$")


class Entry(Strict):
    """A list page to start from."""

    url: str
    column: str = Field(min_length=1)

    _checked = field_validator("url")(_address)


class Expect(Strict):
    """What a healthy run finds, beside what the site's own healthy runs teach."""

    links: int = Field(
        ge=0
    )  # report links on the lists, all pages together: at least so many
    most: int | None = Field(default=None, ge=1)  # more are a warning
    since: date | None = (
        None  # what runs before this day found is no measure: the site was rebuilt
    )


class Seen(Strict):
    """What `nianbao sites check` saw of the site last."""

    day: date
    state: State
    platform: (
        str | None
    )  # what the signs on its pages speak for; null where none was seen
    links: (
        int | None
    )  # report links on the first pages of its columns; null where none could be looked at
    note: str | None = None  # what is not as stated


class Site(Strict):
    """One site file. Mandatory fields have no defaults."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    name: str = Field(min_length=2)
    region: Region | None
    platform: Platform
    entries: Annotated[tuple[Entry, ...], Field(min_length=1)]
    expect: Expect
    vanish_after: int = Field(default=3, ge=1)  # misses in a row on healthy runs
    delay: float = Field(default=2.0, ge=0)  # seconds between two requests to the host
    timeout: float = Field(default=60.0, gt=0)  # seconds for one whole answer
    rest: str | None = Field(
        default=None, pattern=HOURS
    )  # hours in China in which the site is not asked
    daily_requests: int | None = Field(
        default=None, ge=1
    )  # to one of its hosts; null: what the settings say
    tls: tuple[
        Literal["old", "untrusted", "expired", "wrong_name"], ...
    ] = ()  # what of it is accepted all the same
    browser: bool = False  # a script draws the lists: they are asked for with a browser
    hosts: tuple[
        str, ...
    ] = ()  # further hosts that belong to the site, such as its attachment host
    official: bool | None = None  # set where the host's name does not tell
    known_from: tuple[
        str, ...
    ] = ()  # pages that public material names, which led to the entries
    verified: Literal["never"] | date = (
        "never"  # the day a visit last saw the site as described
    )
    seen: Seen | None = None
    options: dict[str, str] = Field(default_factory=dict, validate_default=True)

    @field_validator("options")
    @classmethod
    def _options_of_platform(
        cls, options: dict[str, str], info: ValidationInfo
    ) -> dict[str, str]:
        platform = info.data.get("platform")
        needed = set(NEEDED.get(platform, ())) if platform else set()
        if platform and not needed <= set(options) <= needed | set(COMMON):
            wanted = ", ".join(
                (
                    *NEEDED.get(platform, ()),
                    *(f"{name} (may be left out)" for name in COMMON),
                )
            )
            raise ValueError(f"the platform {platform} has the options: {wanted}")
        if options.get("tree", "below") not in ("below", "years"):
            raise ValueError(
                "tree is `below` (lists in folders below the entry) or `years` (links that are a year)"
            )
        return options

    @property
    def all_hosts(self) -> frozenset[str]:
        """The hosts (with port, where one is given) that a crawl of the site may fetch from."""
        return frozenset(
            {urlsplit(entry.url).netloc for entry in self.entries} | set(self.hosts)
        )

    def settings(self) -> dict[str, Any]:
        """Return the settings that the site file makes."""
        return {
            "NIANBAO_DELAY": self.delay,
            "NIANBAO_TLS": list(self.tls),
            "NIANBAO_BROWSER": self.browser,
            "DOWNLOAD_TIMEOUT": self.timeout,
            "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": self.timeout * 1000,
        }


def load(folder: Path = SITES) -> dict[str, Site]:
    """Read every site file below a folder; return the sites by id, in order of id.

    Raises CatalogueError with all mistakes found, a line each.
    """
    if not folder.is_dir():
        raise CatalogueError(
            f"{folder}: no such folder of site files. Name one with --sites."
        )
    sites: dict[str, Site] = {}
    mistakes: list[str] = []
    for path in sorted(folder.rglob("*.yml")):
        try:
            site = read(path)
        except CatalogueError as error:
            mistakes.append(str(error))
            continue
        if site.id in sites:
            mistakes.append(
                f"{path}:1: id: {site.id} is the id of another file too; ids are unique in the catalogue"
            )
        sites[site.id] = site
    if mistakes:
        raise CatalogueError("\n".join(mistakes))
    return dict(sorted(sites.items()))


def read(path: Path) -> Site:
    """Read one site file; raise CatalogueError."""
    try:
        tree = YAML(typ="rt").load(path.read_text("utf-8"))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise CatalogueError(
            f"{path}:{mark.line + 1 if mark else 1}: not YAML: {error.problem}"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path}:1: cannot be read: {error}") from error
    if not isinstance(tree, CommentedMap):
        raise CatalogueError(
            f"{path}:1: a site file is a mapping of fields such as id, name, platform, entries"
        )
    try:
        site = Site.model_validate(_plain(tree))
    except ValidationError as error:
        lines = (
            f"{path}:{_line(tree, part['loc'])}: {_field(part['loc'])}: {_said(part)}"
            for part in error.errors()
        )
        raise CatalogueError("\n".join(lines)) from error
    if site.id != path.stem:
        raise CatalogueError(
            f"{path}:{_line(tree, ('id',))}: id: is {site.id}, the file is named {path.stem}"
        )
    return site


def _plain(node: Any) -> Any:
    if isinstance(node, dict):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    return node


def _line(tree: Any, location: tuple[str | int, ...]) -> int:
    """Return the line, from 1, of the field at a location, or of the nearest thing around it."""
    line = 0
    for step in location:
        if isinstance(tree, CommentedMap) and step in tree:
            line = tree.lc.key(step)[0]
        elif (
            isinstance(tree, CommentedSeq)
            and isinstance(step, int)
            and step < len(tree)
        ):
            line = tree.lc.item(step)[0]
        else:
            break
        tree = tree[step]
    return line + 1


def _field(location: tuple[str | int, ...]) -> str:
    return "".join(
        f"[{step}]" if isinstance(step, int) else f".{step}" for step in location
    ).lstrip(".")


def _said(part: Any) -> str:
    if part["type"] == "missing":
        return "is missing"
    if part["type"] == "extra_forbidden":
        return (
            f"is not a field of site files (fields are {', '.join(Site.model_fields)})"
        )
    return f"{part['msg']} (found {part['input']!r})"
