"""The catalogue: one YAML file for each site, checked when it is loaded.

A mistake names file, line and field.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    SecretStr,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from nianbao.archive.raw.discoveries import Coverage
from nianbao.spiders.declarations.model import ListDeclaration
from nianbao.spiders.declarations.shipped import check_declaration, load_declarations
from nianbao.spiders.own_hosts import is_dns_name
from nianbao.spiders.platforms import DECLARED, PLATFORMS
from nianbao.spiders.yaml_files import (
    YamlFields,
    YamlFileError,
    describe_mistakes,
    load_yaml,
)

SITES = Path(__file__).parent / "sites"
ENDINGS = (".yml", ".yaml")  # of site files
# The options of a platform, all of them mandatory.
NEEDED_OPTIONS = {"simple": ("row", "title", "date", "next")}
# The options that every platform may have.
COMMON_OPTIONS = ("tree",)
TlsFault = Literal["old", "untrusted", "expired", "wrong_name"]
State = Literal["as_stated", "changed", "blocked", "left_out", "unreachable"]
HOST = re.compile(r"([\w-]+(\.[\w-]+)*\.?|\[[0-9a-f:]+\])(:\d+)?", re.I)
# Only the plain kind: Scrapy reaches no https: server through another one.
PROXY = re.compile(r"http://(?:[^\s/@]+@)?(?:[\w.-]+|\[[0-9a-fA-F:]+\])(?::\d{1,5})?/?")
PROXY_WANTED = (
    "the address of an HTTP proxy is wanted, http://HOST:PORT or http://USER:PASSWORD@HOST:PORT;"
    " SOCKS and https: proxies are not supported"
)
HOURS = r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$"


class CatalogueError(Exception):
    """A site file cannot be used.

    The message names file, line and field and says what is expected.
    """


class StrictModel(BaseModel):
    """A part of a site file: a field that it does not have is a mistake."""

    # what a field was given may be a proxy's password: no text of an error says it
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Region(StrictModel):
    """Where the site's body is: the full name from province down, and its division code."""

    name: str = Field(min_length=2)
    code: str | None = Field(pattern=r"^\d{6,12}$")


class SiteEntry(StrictModel):
    """A list page to start from."""

    url: str
    column: str = Field(min_length=1)
    covers: Coverage = "unknown"

    @field_validator("url")
    @classmethod
    def _check_url(cls, url: str) -> str:
        TypeAdapter(HttpUrl).validate_python(url)
        return url


class Expect(StrictModel):
    """What a healthy run finds, where that is not left to the site's own healthy runs."""

    # Report links on the lists, all pages together: at least so many.
    links: int = Field(default=1, ge=0)
    most: int | None = Field(default=None, ge=1)  # more are a warning
    # The site was rebuilt on this day: what earlier runs found is no measure.
    since: date | None = None


class LastCheck(StrictModel):
    """What `nianbao sites check` observed of the site last."""

    day: date
    state: State
    # What the signs on its pages speak for; null where there were none.
    platform: str | None
    # Report links on the first pages of its columns; null where no page could be read.
    links: int | None
    note: str | None = None  # what is not as the file states


class Site(StrictModel):
    """One site file. Mandatory fields have no defaults."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    name: str = Field(min_length=2)
    region: Region | None
    # The platform whose lists it has; `auto`: what each of its pages speaks for.
    platform: str = Field(default="auto", validate_default=True)
    entries: Annotated[tuple[SiteEntry, ...], Field(min_length=1)]
    # Left out, the site's own healthy runs teach what it is.
    expect: Expect = Field(default_factory=Expect)
    vanish_after: int = Field(default=3, ge=1)  # misses in a row on healthy runs
    delay: float = Field(default=2.0, ge=0)  # seconds between two requests to the host
    timeout: float = Field(default=60.0, gt=0)  # seconds for one whole answer
    # Hours in China in which nothing is requested from the site.
    rest: str | None = Field(default=None, pattern=HOURS)
    # To one of its hosts; null: what the settings say.
    daily_requests: int | None = Field(default=None, ge=1)
    # Faults of its certificates and protocols that are accepted.
    tls: tuple[TlsFault, ...] = ()
    # The HTTP proxy through which it is asked; user and password are printed nowhere.
    proxy: SecretStr | None = None
    # A script draws the lists, and may draw reports: a browser is used.
    browser: bool = False
    # Further hosts that belong to the site, such as its attachment host.
    hosts: tuple[str, ...] = ()
    # Hosts that the site had, and names that its region had, before it moved.
    formerly: tuple[str, ...] = ()
    official: bool | None = None  # set where the host's name does not tell
    # Patterns of lines that change by themselves: what differs in them only is no version.
    ignore: tuple[str, ...] = ()
    # Pages that public material names, which led to the entries.
    known_from: tuple[str, ...] = ()
    # The day on which a visit last found the site as described.
    verified: Literal["never"] | date = "never"
    seen: LastCheck | None = None
    options: dict[str, str] = Field(default_factory=dict, validate_default=True)
    # What is asked for and where its rows are, of the platform `declared`.
    declaration: ListDeclaration | None = Field(default=None, validate_default=True)

    @field_validator("platform")
    @classmethod
    def _check_platform(cls, platform: str) -> str:
        if platform not in PLATFORMS:
            *names, last = (f"'{name}'" for name in PLATFORMS)
            expected = f"{', '.join(names)} or {last}"
            raise PydanticCustomError("platform", f"Input should be {expected}")
        return platform

    @field_validator("declaration")
    @classmethod
    def _check_declaration(
        cls, declaration: ListDeclaration | None, info: ValidationInfo
    ) -> ListDeclaration | None:
        platform = info.data.get("platform", "auto")
        if platform == DECLARED and declaration is None:
            raise PydanticCustomError(
                "declaration",
                "is missing: the platform declared needs it (docs/declared-lists.md)",
            )
        if declaration is not None and platform != DECLARED:
            raise PydanticCustomError(
                "declaration", f"write `platform: {DECLARED}`, or take it out"
            )
        return declaration

    @field_validator("options")
    @classmethod
    def _check_options(
        cls, options: dict[str, str], info: ValidationInfo
    ) -> dict[str, str]:
        """Raise ValueError unless the options are those of the platform."""
        platform = info.data.get("platform")
        if platform:
            _check_option_names(platform, set(options))
        tree = options.get("tree", "below")
        if tree not in ("below", "years"):
            raise ValueError(
                "tree is `below` (lists in folders below the entry)"
                " or `years` (links that are a year)"
            )
        return options

    @field_validator("ignore")
    @classmethod
    def _check_patterns(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                is_empty = re.search(pattern, "") is not None
            except re.error as error:
                raise ValueError(f"{pattern} is no pattern: {error}") from error
            if is_empty:
                raise ValueError(f"{pattern} matches every line")
        return patterns

    @field_validator("proxy")
    @classmethod
    def _check_proxy(cls, proxy: SecretStr | None) -> SecretStr | None:
        if proxy is not None and not is_proxy(proxy.get_secret_value()):
            raise PydanticCustomError("proxy", PROXY_WANTED)
        return proxy

    @field_validator("formerly")
    @classmethod
    def _check_former_names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if not HOST.fullmatch(name):
                raise ValueError(
                    "a host such as www.example.gov.cn is wanted, or the full name of a region"
                )
        return names

    @property
    def former_hosts(self) -> tuple[str, ...]:
        """The hosts that the site had and has no more."""
        return tuple(name for name in self.formerly if _is_host(name))

    @property
    def former_regions(self) -> tuple[str, ...]:
        """The names that its region had."""
        return tuple(name for name in self.formerly if not _is_host(name))

    @property
    def all_hosts(self) -> frozenset[str]:
        """The hosts (with port, where one is given) that a crawl of the site may fetch from."""
        hosts = set(self.hosts)
        for entry in self.entries:
            hosts.add(urlsplit(entry.url).netloc)
        return frozenset(hosts)

    def settings(self) -> dict[str, Any]:
        """Return the settings of Scrapy that the site file makes."""
        return {
            "NIANBAO_DELAY": self.delay,
            "NIANBAO_TLS": list(self.tls),
            "NIANBAO_BROWSER": self.browser,
            "DOWNLOAD_TIMEOUT": self.timeout,
            "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": self.timeout * 1000,
        }


def list_yaml_files(folder: Path) -> list[Path]:
    """Return the files of a folder, at any depth, that may be site files."""
    paths = []
    for path in folder.rglob("*.y*ml"):
        if path.suffix in ENDINGS:
            paths.append(path)
    return sorted(paths)


def load_sites(folder: Path = SITES) -> dict[str, Site]:
    """Read every site file below a folder; return the sites by id, in order of id.

    Raises CatalogueError with all mistakes, a line each.
    """
    if not folder.is_dir():
        raise CatalogueError(
            f"{folder}: no such folder of site files. Name one with --sites."
        )
    sites: dict[str, Site] = {}
    mistakes: list[str] = []
    for path in list_yaml_files(folder):
        try:
            site = read_site(path)
        except CatalogueError as error:
            mistakes.append(str(error))
            continue
        if site.id in sites:
            mistakes.append(
                f"{path}:1: id: {site.id} is the id of another file too;"
                " ids are unique in the catalogue"
            )
        sites[site.id] = site
    if mistakes:
        raise CatalogueError("\n".join(mistakes))
    return dict(sorted(sites.items()))


def read_site(path: Path) -> Site:
    """Read one site file; raise CatalogueError with all its mistakes."""
    try:
        fields = load_yaml(path, "a site file")
        site = _read_fields(fields)
    except YamlFileError as error:
        raise CatalogueError(str(error)) from error
    if site.id != path.stem:
        message = f"is {site.id}, the file is named {path.stem}"
        raise CatalogueError(fields.write_mistake(("id",), message))
    return site


def _read_fields(fields: YamlFields) -> Site:
    """Return the site of a file; raise YamlFileError with all its mistakes."""
    try:
        site = Site.model_validate(fields.plain)
    except ValidationError as error:
        mistakes = describe_mistakes(fields, error, Site, "site files")
        raise YamlFileError(mistakes) from error
    if site.declaration is not None:
        check_declaration(fields, site.declaration)
    return site


def make_provisional_site(
    platform: str,
    url: str,
    column: str,
    *,
    delay: float = 2.0,
    tls: tuple[TlsFault, ...] = (),
) -> Site:
    """Return a site of one entry that is not in the catalogue yet."""
    fields = {
        "id": "new-site",
        "name": urlsplit(url).netloc,
        "region": None,
        "platform": platform,
        "entries": [{"url": url, "column": column}],
        "expect": {"links": 0},
        "delay": delay,
        "tls": tls,
    }
    return Site.model_validate(fields)


def is_proxy(url: str) -> bool:
    """Tell whether an address is that of an HTTP proxy whose host and port there can be."""
    if not PROXY.fullmatch(url):
        return False
    try:
        parts = urlsplit(url)
        return parts.port != 0 and is_dns_name(parts.hostname or "")
    except ValueError:  # of a port, or of a number in brackets
        return False


def _is_host(name: str) -> bool:
    """Tell a host from a region: it has Latin letters or a dot."""
    return name.isascii() or "." in name


def _check_option_names(platform: str, names: set[str]) -> None:
    needed = NEEDED_OPTIONS.get(platform, ())
    optional_names = (*COMMON_OPTIONS, *_list_value_names(platform))
    allowed = {*needed, *optional_names}
    if names.issuperset(needed) and names <= allowed:
        return
    optional = [f"{name} (may be left out)" for name in optional_names]
    options = ", ".join([*needed, *optional])
    raise ValueError(f"the platform {platform} has the options: {options}")


def _list_value_names(platform: str) -> tuple[str, ...]:
    """Return the values of a platform's requests that a site file may state."""
    declaration = load_declarations().get(platform)
    return tuple(declaration.values) if declaration else ()
