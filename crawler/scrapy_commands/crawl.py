"""`scrapy crawl PLATFORM -a site=ID`, and a job of Scrapyd, end as `nianbao crawl` does.

Scrapy names the command after this module.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from scrapy.commands.crawl import Command
from scrapy.exceptions import UsageError

from nianbao.crawler import contact
from nianbao.crawler.alerts import Alert, read_hooks
from nianbao.crawler.contact import ContactMissing
from nianbao.crawler.egress.proxies import read_proxy
from nianbao.crawler.networks import networks_of
from nianbao.crawler.settings import make_user_agent
from nianbao.pipelines.run import has_run, run_of
from nianbao.spiders.catalogue import CatalogueError, Site, read_site
from nianbao.spiders.platforms import PLATFORMS
from nianbao.spiders.site_folders import find_site_file

if TYPE_CHECKING:
    import argparse

    from scrapy.settings import Settings

# What `-a` may name; Scrapyd adds names of its own, which begin with _.
ARGUMENTS = {"site", "sites"}
LISTS_SITES = "`nianbao sites` lists the sites and their platforms"


class CrawlCommand(Command):
    """Crawl one site with the spider of its platform."""

    def syntax(self) -> str:
        """Return what the command is called with."""
        return "PLATFORM -a site=ID [-s NIANBAO_ARCHIVE=FILE] [options]"

    def short_desc(self) -> str:
        """Return what the list of commands says."""
        return "Crawl a site with the spider of its platform"

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Take the settings of the command line; the User-Agent has the contact among them."""
        super().process_options(args, opts)
        settings = _require_settings(self.settings)
        agent = make_user_agent(settings["NIANBAO_CONTACT"])
        settings.set("USER_AGENT", agent, priority="project")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl. Raises UsageError, having told the alert hooks, where nothing can be crawled."""
        settings = _require_settings(self.settings)
        try:
            _require_ready(args, opts.spargs, settings)
        except (UsageError, CatalogueError, ContactMissing, ValueError) as error:
            _tell_hooks(settings, str(error))
            raise UsageError(str(error)) from error
        assert self.crawler_process is not None
        crawler = self.crawler_process.create_crawler(args[0])
        self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        succeeded = has_run(crawler) and run_of(crawler).succeeded
        self.exitcode = 0 if succeeded else 1


def _require_settings(settings: Settings | None) -> Settings:
    assert settings is not None  # Scrapy sets them before it asks for anything
    return settings


def _require_ready(
    args: list[str], arguments: dict[str, str], settings: Settings
) -> None:
    """Raise an error that says what to do where nothing can be crawled.

    It is a UsageError, CatalogueError, ContactMissing or ValueError.
    """
    if len(args) != 1:
        raise UsageError(
            f"name one platform and a site of it: scrapy crawl PLATFORM -a site=ID; {LISTS_SITES}"
        )
    unknown = [name for name in arguments if name[:1] != "_" and name not in ARGUMENTS]
    if unknown:
        raise UsageError(
            f"-a {unknown[0]}=… is no argument of a spider here; -a site=ID is."
            " What `nianbao crawl` has options for, it alone can do"
        )
    site = _read_named_site(args[0], arguments, settings)
    if site.platform != args[0]:
        raise UsageError(
            f"{site.id} is a site of the platform {site.platform}, not {args[0]}:"
            f" scrapy crawl {site.platform} -a site={site.id}"
        )
    networks = networks_of(settings.getlist("NIANBAO_ALLOW_ADDRESS"))
    contact.require(settings["NIANBAO_CONTACT"], [site], networks)
    try:
        read_proxy(settings["NIANBAO_PROXY"])
    except click.BadParameter as error:
        raise ValueError(f"NIANBAO_PROXY: {error.message}") from None


def _read_named_site(
    platform: str, arguments: dict[str, str], settings: Settings
) -> Site:
    """Return the site that `-a site=ID` names.

    Raises UsageError where it names none, CatalogueError where there is no such site.
    """
    site_id = arguments.get("site")
    if not site_id:
        name = platform if platform in PLATFORMS else "PLATFORM"
        raise UsageError(
            f"name the site to crawl: scrapy crawl {name} -a site=ID; {LISTS_SITES}"
        )
    folder = arguments.get("sites") or settings["NIANBAO_SITES"]
    return read_site(find_site_file(site_id, Path(folder) if folder else None))


def _tell_hooks(settings: Settings, message: str) -> None:
    """Tell the alert hooks why nothing was crawled."""
    alert = Alert(settings["NIANBAO_ARCHIVE"], (message,))
    for failure in read_hooks(settings).send(alert):
        click.echo(f"failed: {failure}", err=True)
