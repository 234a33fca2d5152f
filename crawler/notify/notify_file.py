"""The file in which a person keeps whom to tell what: channels and filters, checked when read.

A mistake names file, line and field. The address of a channel may have a password or a token: it
is printed nowhere, and `${NAME}` in it stands for a variable of the environment.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)
from pydantic_core import PydanticCustomError
from ruamel.yaml import YAML

from nianbao.archive.events import feed
from nianbao.archive.finding_texts import load_finding_rules
from nianbao.archive.region_names import find_nearest
from nianbao.archive.search.words import parse_word
from nianbao.crawler.notify.hidden_secrets import (
    hide_secrets,
    list_address_secrets,
    list_file_secrets,
    list_spellings,
)
from nianbao.spiders.yaml_files import (
    YamlFields,
    YamlFileError,
    describe_mistakes,
    load_yaml,
)

KIND = "a notify file"
VARIABLE = re.compile(r"\$\{(\w*)\}")
NAME = r"^[^\s/](?:[^\n\r\t]{0,38}[^\s])?$"  # of a channel or a filter
SCHEME = re.compile(r"([a-z]+)://", re.I)
FAMILY_END = "."  # of a rule that stands for all rules which begin so


class NotifyFileError(Exception):
    """A notify file cannot be used; the message names file, line and field."""


@dataclass(frozen=True, slots=True)
class ChannelKind:
    """A way to send messages; `channel_kinds.yaml` says what its fields are."""

    service: str
    most_bytes: int
    pause_seconds: float
    example: str
    titled: bool = False
    markup: bool = False
    accepted: str | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """Where messages go. Its address is secret."""

    name: str
    kind: ChannelKind
    scheme: str
    url: SecretStr
    secrets: frozenset[str]  # what of the address is printed nowhere

    def hide_secrets(
        self,
        text: str,
    ) -> str:
        """Return a text in which nothing of the address stands."""
        return hide_secrets(text, self.secrets)


def _list_texts(value: Any) -> Any:
    """Return one text or whole number as a list of it; a code may be written without quotes."""
    values = value if isinstance(value, list) else [value]
    return [str(one) if type(one) is int else one for one in values]


def _require_some(values: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse an empty list: it would let everything through, or nothing."""
    if not values:
        text = "an empty list; name one, or leave the field out"
        raise PydanticCustomError("empty_list", text)
    return values


def _require_letters(word: str) -> str:
    """Refuse a word of punctuation: a search finds nothing by it."""
    if parse_word(word) is None:
        raise PydanticCustomError("no_word", "neither letter nor digit in it")
    return word


Text = Annotated[str, Field(min_length=1, pattern=r"\S")]
Texts = Annotated[
    tuple[Text, ...], BeforeValidator(_list_texts), AfterValidator(_require_some)
]
Words = Annotated[
    tuple[Annotated[Text, AfterValidator(_require_letters)], ...],
    BeforeValidator(_list_texts),
    AfterValidator(_require_some),
]
Name = Annotated[str, Field(pattern=NAME)]


class FeedFilter(BaseModel):
    """Which lines of the feed are told, and to whom: those that fit each field that is given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    region: Texts = ()
    agency: Texts = ()
    kind: Texts = ()
    rule: Texts = ()
    words: Words = ()
    # The number of the line after which it begins; left out, with what is new from now on.
    since: Annotated[int, Field(ge=0, strict=True)] | None = None
    send_to: Texts


class NotifyFields(BaseModel):
    """The fields of a notify file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: Literal["zh", "en"] = "zh"
    channels: Annotated[dict[Name, Any], Field(min_length=1)]
    filters: Annotated[dict[Name, FeedFilter], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class NotifyFile:
    """What a notify file says: the language of messages, channels and filters by name."""

    path: Path
    language: str
    channels: Mapping[str, Channel]
    filters: Mapping[str, FeedFilter]


@cache
def load_channel_kinds() -> Mapping[str, ChannelKind]:
    """Return the kinds of channels by the beginning of an address; the file is read once."""
    path = Path(__file__).with_name("channel_kinds.yaml")
    data: dict[str, dict[str, Any]] = YAML(typ="safe").load(path)
    return {scheme: ChannelKind(**fields) for scheme, fields in data.items()}


def read_notify_file(path: Path) -> NotifyFile:
    """Return what a notify file says. Raises NotifyFileError."""
    try:
        return _read_notify_file(path)
    except NotifyFileError as error:
        text = _hide_addresses(path, str(error))
    raise NotifyFileError(text)


def _hide_addresses(
    path: Path,
    text: str,
) -> str:
    """Return what is said of a file without any address that stands in it, wherever it does."""
    try:
        content = path.read_text("utf-8", "replace")
    except OSError:
        return text
    examples = [kind.example for kind in load_channel_kinds().values()]
    secrets = list_file_secrets(content)
    return hide_secrets(text, secrets, kept=[f"{path}:", *examples])


def _read_notify_file(path: Path) -> NotifyFile:
    try:
        fields = load_yaml(path, KIND)
    except YamlFileError as error:
        raise NotifyFileError(str(error)) from error
    plain = fields.plain
    # a channel that is no text may hold a password all the same
    mistakes = list(_check_channel_types(fields))
    if mistakes:
        raise NotifyFileError("\n".join(mistakes))
    try:
        checked = NotifyFields.model_validate(plain)
    except ValidationError as error:
        # what was found is not shown: a password may stand where none belongs
        text = describe_mistakes(fields, error, NotifyFields, KIND, shows_values=False)
        raise NotifyFileError(text) from error
    mistakes = [*_check_filters(fields, checked), *_check_channels(fields, checked)]
    if mistakes:
        raise NotifyFileError("\n".join(mistakes))
    channels = {
        name: _make_channel(name, url) for name, url in checked.channels.items()
    }
    return NotifyFile(path, checked.language, channels, checked.filters)


def _check_channel_types(fields: YamlFields) -> Iterator[str]:
    """Yield what is wrong with the channels before anything looks at what they hold."""
    channels = fields.plain.get("channels")
    if channels is None:
        return
    if not isinstance(channels, dict):
        yield fields.write_mistake(
            ("channels",), "is a mapping: the name of each channel and its address"
        )
        return
    for name, url in channels.items():
        if not isinstance(url, str):
            yield fields.write_mistake(("channels", name), "its address is a text")


def _check_channels(
    fields: YamlFields,
    checked: NotifyFields,
) -> Iterator[str]:
    """Yield the mistakes in addresses, without the addresses."""
    kinds = load_channel_kinds()
    for name, url in checked.channels.items():
        place = ("channels", name)
        missing = [one for one in VARIABLE.findall(url) if not os.environ.get(one)]
        if missing:
            text = f"the environment has no variable {missing[0]}, or an empty one"
            yield fields.write_mistake(place, text)
        elif _find_scheme(_fill_variables(url)) not in kinds:
            examples = ", ".join(kind.example for kind in kinds.values())
            text = f"no address of a channel; these are: {examples}"
            yield fields.write_mistake(place, text)


def _check_filters(
    fields: YamlFields,
    checked: NotifyFields,
) -> Iterator[str]:
    """Yield the names in filters that nothing has: of channels, kinds and rules."""
    rules = load_finding_rules()
    for name, feed_filter in checked.filters.items():
        for number, channel in enumerate(feed_filter.send_to):
            if channel not in checked.channels:
                text = f"no channel {channel}; there are {', '.join(checked.channels)}"
                yield fields.write_mistake(("filters", name, "send_to", number), text)
        for number, kind in enumerate(feed_filter.kind):
            if kind not in feed.KINDS:
                text = f"no kind of change {kind}; there are {', '.join(feed.KINDS)}"
                yield fields.write_mistake(("filters", name, "kind", number), text)
        for number, rule in enumerate(feed_filter.rule):
            if not any(fits_rule(rule, one) for one in rules):
                nearest = ", ".join(find_nearest(rule, rules))
                text = f"no rule {rule}. Names like it: {nearest}."
                yield fields.write_mistake(("filters", name, "rule", number), text)


def fits_rule(
    pattern: str,
    rule: str,
) -> bool:
    """Tell whether a rule is the named one, or of its family: `req.` is all that begin so."""
    if pattern.endswith(FAMILY_END):
        return rule.startswith(pattern)
    return rule == pattern


def _find_scheme(url: str) -> str:
    match = SCHEME.match(url)
    return match[1].lower() if match else ""


def _make_channel(
    name: str,
    url: str,
) -> Channel:
    filled_url = _fill_variables(url)
    scheme = _find_scheme(filled_url)
    secrets = list_address_secrets(filled_url)
    for variable in VARIABLE.findall(url):
        secrets |= list_spellings(os.environ[variable])
    kind = load_channel_kinds()[scheme]
    return Channel(name, kind, scheme, SecretStr(filled_url), frozenset(secrets))


def _fill_variables(url: str) -> str:
    """Return an address with the values of its variables.

    A value stands for itself, whatever signs it has; one that is the whole address is an address.
    """
    whole = VARIABLE.fullmatch(url)
    if whole:
        return os.environ.get(whole[1], "")
    return VARIABLE.sub(lambda match: quote(os.environ.get(match[1], ""), ""), url)
