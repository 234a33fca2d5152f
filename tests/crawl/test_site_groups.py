"""Groups of sites share no server: checked against what shares one, pair by pair."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from nianbao.crawler.cluster.crawl import plan_groups
from nianbao.crawler.cluster.groups import (
    SiteGroup,
    bundle_groups,
    group_sites,
    list_names,
)
from nianbao.crawler.discovery.known_sites import SearchHistory
from nianbao.crawler.discovery.targets import Search, Targets
from nianbao.crawler.turns.gates import Gates
from nianbao.spiders.register.governments import Government
from tests.archive.discovery import DISCOVERY

NAMES = [f"{www}{letter}.cn" for letter in "abcdefgh" for www in ("", "www.")]
ADDRESSES = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1", "2001:db8::2"]
HOSTS = st.dictionaries(
    st.sampled_from([f"site-{number}" for number in range(12)]),
    st.lists(st.sampled_from([*NAMES, "a.cn:8080"]), min_size=1, max_size=3),
)
LOOKUPS = st.dictionaries(
    st.sampled_from(NAMES), st.lists(st.sampled_from(ADDRESSES), max_size=2)
)


def keys_of(gates: Gates, group: SiteGroup) -> set[str]:
    return {key for name in group.names for key in gates.list_keys(name)}


@given(hosts=HOSTS, lookups=LOOKUPS, most=st.integers(1, 8))
def test_groups_share_nothing_and_could_not_be_smaller(
    hosts: dict[str, list[str]], lookups: dict[str, list[str]], most: int
) -> None:
    gates = Gates()
    for name, addresses in lookups.items():
        gates.set_addresses(name, addresses)
    groups = group_sites(hosts, lookups)
    assert sorted(site for group in groups for site in group.sites) == sorted(hosts)
    for one, other in combinations(groups, 2):
        assert not keys_of(gates, one) & keys_of(gates, other)
    for group in groups:
        assert is_connected(gates, {site: hosts[site] for site in group.sites})
    bundles = bundle_groups(groups, most)
    assert sorted(site for one in bundles for site in one.sites) == sorted(hosts)
    for bundle in bundles:
        whole = [group for group in groups if set(group.sites) & set(bundle.sites)]
        assert sum(len(group.sites) for group in whole) == len(bundle.sites)
        assert len(bundle.sites) <= most or len(whole) == 1


def is_connected(gates: Gates, hosts: dict[str, list[str]]) -> bool:
    """Tell whether from each site the others are reached over what two sites share."""
    keys = {
        site: {key for name in list_names(names) for key in gates.list_keys(name)}
        for site, names in hosts.items()
    }
    reached = [next(iter(keys))]
    for site in reached:
        for other in keys:
            if other not in reached and keys[site] & keys[other]:
                reached.append(other)
    return len(reached) == len(keys)


def test_a_search_is_in_the_group_of_what_was_found_before() -> None:
    """It may crawl that; and a site whose file is gone is in some group, else it never ends."""
    government = Government(
        ("样例省", "西霞县"), "county", "990101", (), DISCOVERY.home, "none", ""
    )
    history = SearchHistory((DISCOVERY,), works=True)
    files = replace(DISCOVERY, site_id="files", home="http://files.xixia.localhost/")
    targets = Targets(
        files={},
        discoveries={"files": files},
        searches={"xixia": Search("xixia", government, history)},
    )
    groups = plan_groups(targets, ["files", "gone", "xixia"])
    assert [group.sites for group in groups] == [("files", "xixia"), ("gone",)]
