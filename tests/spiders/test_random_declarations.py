"""Services of every shape, declared and walked: all reports are asked for, or it is said."""

from __future__ import annotations

import os

from scrapy.http import Request

from nianbao.archive.records import Note
from nianbao.spiders.catalogue import make_provisional_site
from nianbao.spiders.declarations.mistakes import find_mistakes
from nianbao.spiders.declarations.model import ListDeclaration
from nianbao.spiders.lists.pagination import Pagination
from nianbao.spiders.platform_spiders import SPIDERS
from tests.spiders.declared_world import ENTRY, World, make_world

WORLDS = int(os.environ.get("DECLARED_LISTS", "60"))
SEED = int(os.environ.get("DECLARED_LISTS_SEED", "1"))
MOST_REQUESTS = 40


def walk(world: World) -> tuple[set[str], list[str]]:
    """Walk the lists of a world; return the reports asked for and the rules of what is said."""
    declaration = ListDeclaration.model_validate(world.declaration)
    assert list(find_mistakes(declaration)) == []
    site = make_provisional_site("generic", ENTRY, "年报")
    site = site.model_copy(update={"platform": "declared", "declaration": declaration})
    spider = SPIDERS["declared"](site)
    waiting = [spider.request_list(ENTRY, Pagination("年报"))]
    reports, rules = set(), []
    for _ in range(MOST_REQUESTS):
        if not waiting:
            return reports, rules
        request = waiting.pop(0)
        for output in spider.parse_list(world.answer(request)):
            if isinstance(output, Note):
                if output.finding.severity != "info":
                    rules.append(output.finding.rule)
            elif isinstance(output, Request) and output.meta["role"] == "list":
                waiting.append(output)
            elif isinstance(output, Request):
                reports.add(output.url)
    raise AssertionError(f"a list goes on for ever: {world.describe()}")


def test_services_of_every_shape_are_read_whole_or_it_is_said() -> None:
    silent, alarms, whole = [], [], 0
    for number in range(WORLDS):
        world = make_world(SEED * 100_000 + number)
        reports, rules = walk(world)
        missing = world.reports - reports
        whole += not missing
        if missing and not rules and world.can_be_known:
            silent.append(f"{len(missing)} missing: {world.describe()}")
        if not missing and rules and world.fault in ("none", "last again"):
            alarms.append(f"{rules}: {world.describe()}")
    print(
        f"{WORLDS} services, {whole} whole, {len(silent)} silent, {len(alarms)} alarms"
    )
    assert not silent + alarms, "\n".join(silent + alarms)
