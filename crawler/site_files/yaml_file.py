"""Write site files: a new one, and what a check saw of its site."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.representer import RoundTripRepresenter

from nianbao.archive.storage.atomic_files import write_atomically
from nianbao.spiders.catalogue import CatalogueError, Site, read_site

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nianbao.spiders.catalogue import LastCheck

LONGEST_LINE = 1000  # of a site file; longer ones are folded
OTHER_PROVINCE = "other"  # the folder of sites whose province is unknown
# The folder of a province's site files, by the first two digits of its division codes.
PROVINCES = {
    "11": "beijing",
    "12": "tianjin",
    "13": "hebei",
    "14": "shanxi",
    "15": "neimenggu",
    "21": "liaoning",
    "22": "jilin",
    "23": "heilongjiang",
    "31": "shanghai",
    "32": "jiangsu",
    "33": "zhejiang",
    "34": "anhui",
    "35": "fujian",
    "36": "jiangxi",
    "37": "shandong",
    "41": "henan",
    "42": "hubei",
    "43": "hunan",
    "44": "guangdong",
    "45": "guangxi",
    "46": "hainan",
    "50": "chongqing",
    "51": "sichuan",
    "52": "guizhou",
    "53": "yunnan",
    "54": "xizang",
    "61": "shaanxi",
    "62": "gansu",
    "63": "qinghai",
    "64": "ningxia",
    "65": "xinjiang",
}


class _Representer(RoundTripRepresenter):
    """Writes None as `null`, in a block too, where ruamel.yaml leaves it blank."""

    def represent_null(self, _data: None) -> Any:
        """Return the scalar."""
        return self.represent_scalar("tag:yaml.org,2002:null", "null")


_Representer.add_representer(type(None), _Representer.represent_null)


def _make_yaml() -> YAML:
    """Return what reads and writes site files; comments, quotes and field order stay."""
    yaml = YAML()
    yaml.Representer = _Representer
    yaml.width = LONGEST_LINE
    yaml.preserve_quotes = True
    yaml.indent(sequence=4, offset=2)
    return yaml


def inline_map(**fields: Any) -> CommentedMap:
    """Return a mapping that is written on one line."""
    mapping = CommentedMap(fields)
    mapping.fa.set_flow_style()
    return mapping


def format_yaml(fields: CommentedMap) -> str:
    """Return fields as the text of a site file."""
    text = StringIO()
    _make_yaml().dump(fields, text)
    return text.getvalue()


def write_site_file(
    fields: CommentedMap, folder: Path, existing_files: Mapping[str, Path]
) -> Path:
    """Write a new site file into the folder of its province; return its path.

    Raises CatalogueError as :func:`require_new_site` does.
    """
    site = require_new_site(fields, folder, existing_files)
    path = folder / _find_province(site) / f"{site.id}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    with write_atomically(path) as part:
        part.write_text(format_yaml(fields), "utf-8")
    read_site(path)
    return path


def require_new_site(
    fields: CommentedMap, folder: Path, existing_files: Mapping[str, Path]
) -> Site:
    """Return the site that fields make.

    `existing_files` are the site files by id. Raises CatalogueError when the site is one of
    them, and when the fields make no site file.
    """
    try:
        site = Site.model_validate(fields)
    except ValidationError as error:
        raise CatalogueError(
            f"{folder}: what was found makes no site file: {error}"
        ) from error
    if site.id in existing_files:
        raise CatalogueError(
            f"{existing_files[site.id]}:1: id: the catalogue has this site already."
            " Choose another with --id."
        )
    return site


def _find_province(site: Site) -> str:
    """Return the name of the province's folder."""
    if site.region is None or site.region.code is None:
        return OTHER_PROVINCE
    return PROVINCES.get(site.region.code[:2], OTHER_PROVINCE)


def write_check_result(path: Path, result: LastCheck) -> None:
    """Write into a site file what a check saw of the site.

    Where the site is as its file states, the day becomes that of `verified` too.
    """
    fields = _make_yaml().load(path.read_text("utf-8"))
    if result.state == "as_stated":
        # A copy: ruamel.yaml writes an object that stands in two places as an alias.
        fields["verified"] = result.day.replace()
    values = result.model_dump()
    if not values["note"]:
        del values["note"]
    fields["seen"] = inline_map(**values)
    with write_atomically(path) as part:
        part.write_text(format_yaml(fields), "utf-8")
    read_site(path)
