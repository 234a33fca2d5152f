"""What the boundary refuses and lets through, address by address, and redirects in a circle."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from types import SimpleNamespace
from typing import Any

import pytest
import twisted.internet
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from scrapy.http import HtmlResponse, Request, Response
from scrapy.resolver import dnscache
from twisted.internet.address import IPv4Address as ResolvedAddress
from twisted.internet.error import DNSLookupError

from nianbao.crawler import contact
from nianbao.crawler.contact import MISSING
from nianbao.crawler.middlewares.boundary import (
    BoundaryMiddleware,
    RedirectCircleMiddleware,
)
from nianbao.crawler.middlewares.resolver import (
    BoundaryResolver,
    private_address_message,
    resolve_server,
)
from nianbao.crawler.networks import (
    is_allowed,
    is_on_loopback,
    is_public,
    is_within,
    networks_of,
)
from nianbao.crawler.turns.gates import Gates
from nianbao.spiders.base import SiteSpider
from nianbao.spiders.capture import RefusedByBoundary
from tests.crawl.site_crawler import HOST, URL, make_crawler, run_alone

OTHER = f"http://{HOST}/nb/2.html"
PUBLIC = "114.114.114.114"
PRIVATE = "10.1.2.3"


def wrap_address(address: str) -> list[str]:
    """Return the IPv6 addresses whose packets go to an IPv4 address in the end."""
    number = int(IPv4Address(address))
    teredo = (0x20010000 << 96) | (0xCB007101 << 64) | (number ^ 0xFFFFFFFF)
    return [
        str(IPv6Address(wrapped))
        for wrapped in (
            (0x64FF9B << 96) | number,
            (0xFFFF << 32) | number,
            (0x2002 << 112) | (number << 80) | 7,
            teredo,
        )
    ]


@pytest.mark.parametrize("address", [PUBLIC, "223.255.255.254", PRIVATE, "127.0.0.1"])
def test_an_address_is_what_it_leads_to(address: str) -> None:
    public = is_public(address)
    assert public is (address in (PUBLIC, "223.255.255.254"))
    networks = networks_of([f"{address}/32", "2400:da00::/32"])
    for guise in [address, *wrap_address(address)]:
        assert is_public(guise) is public, guise
        assert is_within(guise, networks), guise
        assert is_allowed(guise, ()) is public, guise
        assert not is_within(guise, networks_of(["192.0.2.0/24"])), guise


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("64:ff9b::ffff:ffff", False),
        ("64:ff9b:0:0:0:1:7272:7272", True),  # one of a public range, and no NAT64
        ("239.1.2.3", False),
        ("ff0e::1", False),
        ("2400:da00::6666", True),
        ("2400:da00::6666%eth0", True),
        ("fe80::1%eth0", False),
        ("2001:0:cb00:7101::", False),  # a tunnel without a client
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("one.localhost", True),
        ("www.one.localhost", True),
        ("localhost", False),
        ("localhost.example.gov.cn", False),
        ("onelocalhost", False),
    ],
)
def test_names_of_loopback(name: str, expected: bool) -> None:
    assert is_on_loopback(name) is expected


# --- requests ------------------------------------------------------------------------------


def refuse(url: str, **settings: Any) -> str:
    """Return why the boundary refuses an address; empty where it does not."""
    crawler = make_crawler(**settings)
    try:
        BoundaryMiddleware.from_crawler(crawler).process_request(Request(url))
    except RefusedByBoundary as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (URL, ""),
        (URL.replace("http:", "https:"), ""),
        (f"http://{HOST}:80/nb/", ""),
        ("http://example.gov.cn/nb/", ""),
        ("http://files.example.gov.cn:8080/1.pdf", ""),
        (f"ftp://{HOST}/nb/", "the address is not of the web: ftp:"),
        ("file:///etc/passwd", "the address is not of the web: file:"),
        ("data:text/html,hello", "the address is not of the web: data:"),
        (
            f"http://{HOST}:8080/nb/",
            f"{HOST}:8080 is not a host of this site"
            f" (files.example.gov.cn:8080, {HOST})",
        ),
        (
            "http://www.example.com/nb/",
            "www.example.com is not a host of this site"
            f" (files.example.gov.cn:8080, {HOST})",
        ),
    ],
)
def test_a_request_is_refused_with_its_reason(url: str, reason: str) -> None:
    assert refuse(url, hosts=("files.example.gov.cn:8080",)) == reason


@pytest.mark.parametrize(
    ("address", "allowed", "refused"),
    [
        (PUBLIC, (), False),
        (PRIVATE, (), True),
        (PRIVATE, ("10.0.0.0/8",), False),
        (PRIVATE, ("127.0.0.0/8", "10.1.2.3"), False),
        (PRIVATE, ("127.0.0.0/8",), True),
        ("[::1]", (), True),
        ("[::ffff:10.1.2.3]", ("10.0.0.0/8",), False),
        ("[2400:da00::6666]", (), False),
    ],
)
def test_an_address_in_place_of_a_name(
    address: str, allowed: tuple[str, ...], refused: bool
) -> None:
    url = f"http://{address}:8000/nb/"
    entries = [{"url": url, "column": "年报"}]
    reason = refuse(url, entries=entries, NIANBAO_ALLOW_ADDRESS=allowed)
    host = address.strip("[]")
    message = (
        f"{host} is at the private address {host};"
        f" `--allow-address {host}` lets a crawl reach it"
    )
    assert reason == (message if refused else "")


def test_only_a_spider_of_a_site_has_a_boundary() -> None:
    crawler = make_crawler()
    crawler.spider = None
    with pytest.raises(TypeError, match="None is not a spider of nianbao"):
        BoundaryMiddleware(crawler)


# --- names ---------------------------------------------------------------------------------


class Names:
    """A resolver that knows some names, and writes down what it was asked."""

    def __init__(self, **addresses: list[str]) -> None:
        self.addresses = addresses
        self.asked: list[tuple[Any, ...]] = []

    def resolveHostName(self, receiver: Any, name: str, *more: Any) -> Any:
        self.asked.append((name, *more))
        receiver.resolutionBegan(self)
        for address in self.addresses.get(name.partition(".")[0], [name]):
            receiver.addressResolved(ResolvedAddress("TCP", address, 0))
        receiver.resolutionComplete()
        return self


class Receiver:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.began: list[Any] = []
        self.addresses: list[str] = []
        self.completed = 0

    def resolutionBegan(self, resolution: Any) -> None:
        self.began.append(resolution)

    def addressResolved(self, address: Any) -> None:
        self.addresses.append(address.host)

    def resolutionComplete(self) -> None:
        self.completed += 1


def resolve(
    name: str, names: Names, crawler: Crawler | None = None
) -> tuple[list[str], str | None]:
    """Return the addresses of a name that a crawl may reach, and why it has none."""
    dnscache.clear()
    BoundaryResolver.refusals.clear()
    crawler = crawler or make_crawler(NIANBAO_CONTACT="https://example.org")
    reactor: Any = SimpleNamespace(nameResolver=names)
    receiver: Any = Receiver()
    resolver = BoundaryResolver.from_crawler(crawler, reactor)
    resolver.resolveHostName(receiver, name, 80, (ResolvedAddress,), "UDP")
    assert receiver.began == [names]
    assert receiver.completed == 1
    assert [more for _, *more in names.asked] == [[80, (ResolvedAddress,), "UDP"]]
    dnscache.clear()
    return receiver.addresses, BoundaryResolver.refusals.get(name)


@pytest.mark.parametrize(
    ("addresses", "kept", "refused"),
    [
        ([PUBLIC], [PUBLIC], None),
        ([PRIVATE, PUBLIC], [PUBLIC], None),
        ([PUBLIC, PRIVATE], [PUBLIC], None),
        ([PRIVATE, "127.0.0.1"], [], private_address_message("name.cn", PRIVATE)),
        ([], [], None),
    ],
)
def test_a_name_leads_to_public_addresses_only(
    addresses: list[str], kept: list[str], refused: str | None
) -> None:
    assert resolve("name.cn", Names(name=addresses)) == (kept, refused)


@pytest.mark.parametrize("name", ["localhost", "one.localhost"])
@pytest.mark.parametrize("is_allowed", [False, True])
def test_names_of_loopback_need_no_resolver(name: str, is_allowed: bool) -> None:
    names = Names()
    allowed = ["127.0.0.0/8"] if is_allowed else []
    crawler = make_crawler(NIANBAO_ALLOW_ADDRESS=allowed)
    expected = private_address_message(name, "127.0.0.1")
    kept = ["127.0.0.1"] if is_allowed else []
    assert resolve(name, names, crawler) == (kept, None if is_allowed else expected)
    assert names.asked[0][0] == "127.0.0.1"


@pytest.mark.parametrize(
    ("address", "contact", "refused"),
    [
        (PUBLIC, "", MISSING),
        (PUBLIC, "https://example.org", None),
        (PRIVATE, "", None),  # in an allowed network
    ],
)
def test_public_addresses_are_asked_by_somebody_who_says_who(
    address: str, contact: str, refused: str | None
) -> None:
    crawler = make_crawler(
        NIANBAO_CONTACT=contact, NIANBAO_ALLOW_ADDRESS=["10.0.0.0/8"]
    )
    found = resolve("name.cn", Names(name=[address]), crawler)
    assert found == ([] if refused else [address], refused)


@pytest.mark.parametrize("name", ["a..b", ".cn", f"{'a' * 64}.cn", "县..cn", ""])
def test_what_can_be_no_name_has_no_address_at_once(name: str) -> None:
    names: Any = Names()
    reactor: Any = SimpleNamespace(nameResolver=names)
    receiver: Any = Receiver()
    began = BoundaryResolver(reactor, 0).resolveHostName(receiver, name)
    assert receiver.began == [began]
    assert (receiver.addresses, receiver.completed, names.asked) == ([], 1, [])


def test_a_site_whose_host_can_be_no_name_is_refused_without_a_contact() -> None:
    entry = {"url": "http://www..example.gov.cn/nb/", "column": "年报"}
    spider = make_crawler(entries=[entry]).spider
    assert isinstance(spider, SiteSpider)
    with pytest.raises(contact.ContactMissing, match="is a public host"):
        contact.require("", [spider.site], ())


def test_a_resolver_asks_for_any_port_where_none_is_named() -> None:
    names: Any = Names(name=[PUBLIC])
    dnscache.clear()
    reactor: Any = SimpleNamespace(nameResolver=names)
    receiver: Any = Receiver()
    BoundaryResolver(reactor, 0).resolveHostName(receiver, "name.cn")
    assert names.asked == [("name.cn", 0, None, "TCP")]
    dnscache.clear()


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        ([PUBLIC], [PUBLIC]),
        (
            ["203.0.113.9", "114.114.114.114", "203.0.113.10"],
            ["114.114.114.114", "203.0.113.9", "203.0.113.10"],
        ),
        ([PUBLIC, "2001:db8::1"], [PUBLIC, "2001:db8::1"]),
        ([], []),
    ],
)
def test_the_addresses_of_a_name_have_one_order(
    monkeypatch: pytest.MonkeyPatch, addresses: list[str], expected: list[str]
) -> None:
    """Names share a turn by it, in whatever order a server gives the addresses."""
    for given in (addresses, addresses[::-1]):
        reactor = SimpleNamespace(nameResolver=Names(name=given))
        monkeypatch.setattr(twisted.internet, "reactor", reactor, raising=False)
        gates = Gates()
        gates.set_addresses("name.cn", run_alone(resolve_server("name.cn")))
        assert gates.list_keys("name.cn") == ("name.cn", *expected)
    assert run_alone(resolve_server("one.localhost")) == []


@pytest.mark.parametrize("error", [CannotResolveHostError, DNSLookupError])
def test_a_name_at_a_private_address_is_refused_not_unknown(
    error: type[Exception],
) -> None:
    """Scrapy says of both that the name leads nowhere."""
    middleware = BoundaryMiddleware(make_crawler())
    resolve("inside.cn", Names(inside=[PRIVATE]))
    for host in ("other.cn", "cn"):
        middleware.process_exception(Request(f"http://{host}/"), error())
    middleware.process_exception(Request("http://inside.cn/"), OSError("reset"))
    message = private_address_message("inside.cn", PRIVATE)
    cause = error()
    with pytest.raises(RefusedByBoundary) as raised:
        middleware.process_exception(Request("http://inside.cn:8080/"), cause)
    assert str(raised.value) == message
    assert raised.value.__cause__ is cause


# --- redirects -----------------------------------------------------------------------------


def redirect(target: str, status: int = 302) -> Response:
    return Response(URL, status=status, headers={"Location": target})


def refresh(target: str, status: int = 200) -> Response:
    body = f'<meta http-equiv="refresh" content="0; url={target}"><p>转到</p>'
    return HtmlResponse(URL, status=status, body=body.encode(), encoding="utf-8")


def follow(response: Response, trail: tuple[str, ...] = (), **meta: Any) -> Request:
    """Return the request whose answer was looked at."""
    if trail:
        meta["redirect_urls"] = list(trail)
    request = Request(URL, meta=meta)
    assert RedirectCircleMiddleware().process_response(request, response) is response
    return request


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_though_its_target_was_asked_for(status: int) -> None:
    assert follow(redirect(OTHER, status)).dont_filter
    assert follow(
        redirect("/nb/2.html", status), trail=(f"http://{HOST}/a",)
    ).dont_filter
    assert not follow(redirect(OTHER, 200)).dont_filter
    assert not follow(redirect(OTHER, 304)).dont_filter
    assert not follow(redirect(OTHER, 404)).dont_filter


@pytest.mark.parametrize("make", [redirect, refresh])
@pytest.mark.parametrize(
    ("target", "trail"),
    [
        (OTHER, (OTHER,)),
        (f"http://{HOST}/a", (f"http://{HOST}/a", OTHER)),
        ("2.html", (OTHER,)),
    ],
)
def test_redirects_in_a_circle(make: Any, target: str, trail: tuple[str, ...]) -> None:
    with pytest.raises(IgnoreRequest) as raised:
        follow(make(target), trail)
    absolute = OTHER if target == "2.html" else target
    names = " → ".join((*trail, URL, absolute))
    assert str(raised.value) == f"the redirects lead in a circle: {names}"


def test_a_redirect_to_itself_is_a_circle_and_a_renewal_is_none() -> None:
    with pytest.raises(IgnoreRequest):
        follow(redirect(URL))
    request = follow(refresh(URL))
    assert request.meta["dont_redirect"] is True
    assert not request.dont_filter
    assert follow(refresh(OTHER)).dont_filter


def test_another_try_of_what_was_not_followed_may_be_followed() -> None:
    """A page that renews itself came without its end, and is a redirect the next time."""
    request = follow(refresh(URL))
    again = request.copy()
    middleware = RedirectCircleMiddleware()
    middleware.process_request(again)
    middleware.process_response(again, redirect(OTHER))
    assert again.dont_filter
    assert request.meta["dont_redirect"] is True


def test_what_is_not_to_be_followed_is_not_looked_at() -> None:
    request = follow(redirect(URL), dont_redirect=True)
    assert not request.dont_filter


@pytest.mark.parametrize(
    "body",
    [
        b"<p>a page</p>",
        b'<noscript><meta http-equiv="refresh" content="0; url=/other"></noscript>',
    ],
)
def test_a_page_that_sends_nobody_on(body: bytes) -> None:
    """A crawler is no browser without scripts."""
    request = follow(HtmlResponse(URL, body=body, encoding="utf-8"))
    assert not request.dont_filter
    assert "dont_redirect" not in request.meta
    plain = Response(URL, body=body)
    assert not follow(plain).dont_filter


def test_a_location_in_bytes_is_read_as_latin_1() -> None:
    response = Response(URL, status=302, headers={"Location": b"/\xc4\xea.html"})
    with pytest.raises(IgnoreRequest, match="Äê"):
        follow(response, (f"http://{HOST}/\u00c4\u00ea.html",))
