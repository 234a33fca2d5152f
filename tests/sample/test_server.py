"""The server over real sockets: hosts, validators, paging, the busy port, the command."""

from __future__ import annotations

import signal
import subprocess
import sys
from http.client import HTTPConnection

import pytest

from nianbao.sample.server import SampleServerError, Server, serve
from tests.sample.walker import fetch, site_of

PROXY = "/module/web/jpage/dataproxy.jsp"


def _url(server: Server, site: str, path: str) -> str:
    return f"http://{site}.localhost:{server.port}{path}"


def test_the_host_header_names_the_site(served: Server) -> None:
    connection = HTTPConnection("127.0.0.1", served.port, timeout=10)
    connection.request(
        "GET", "/zwgk/zfxxgknb/", headers={"Host": f"xixia.localhost:{served.port}"}
    )
    answer = connection.getresponse()
    assert answer.status == 200
    assert "西霞县".encode() in answer.read()
    assert ("GET", "xixia.localhost", "/zwgk/zfxxgknb/", 200) in served.log
    connection.request(
        "GET", "/zwgk/zfxxgknb/", headers={"Host": f"huibian.localhost:{served.port}"}
    )
    answer = connection.getresponse()
    assert answer.status == 404
    answer.read()
    connection.close()


def test_head_sends_headers_alone(served: Server) -> None:
    connection = HTTPConnection("127.0.0.1", served.port, timeout=10)
    connection.request("HEAD", "/nb/", headers={"Host": "huibian.localhost"})
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 1000
    connection.close()


def test_every_page_is_sent_as_made(served: Server) -> None:
    for url, page in [
        (url, page) for url, page in served.province.pages(1).items() if "#" not in url
    ][::7]:
        status, headers, body = fetch(served, url)
        assert (status, body, headers["Content-Type"]) == (
            200,
            page.body,
            page.content_type,
        )


@pytest.mark.parametrize(
    ("site", "validator", "condition"),
    [
        ("xixia", "ETag", "If_None_Match"),
        ("lanting", "Last-Modified", "If_Modified_Since"),
    ],
)
def test_validators_give_304(
    served: Server, site: str, validator: str, condition: str
) -> None:
    urls = [t.url for t in served.province.truths(1) if t.site == site]
    moved = served.province.declare((1, 2)).moved[0][0]
    for url in urls[:3]:
        value = fetch(served, url)[1][validator]
        status, headers, body = fetch(served, url, **{condition: value})
        assert (status, body, headers[validator]) == (304, b"", value)
        served.state = 2
        status, headers, body = fetch(served, url, **{condition: value})
        assert status == 200 or url == moved
        later = headers[validator]
        served.state = 1
        assert fetch(served, url, **{condition: later})[0] == 200, (
            "the older page is not the later one"
        )


@pytest.mark.parametrize("site", ["gucheng", "huibian"])
def test_the_other_sites_have_no_validators(served: Server, site: str) -> None:
    for url in (url for url in served.province.pages(1) if site_of(url) == site):
        headers = fetch(served, url)[1]
        assert headers["ETag"] is None
        assert headers["Last-Modified"] is None


def test_robots(served: Server) -> None:
    statuses = {
        site: fetch(served, _url(served, site, "/robots.txt"))[0]
        for site in ("xixia", "lanting", "huibian")
    }
    assert statuses == {"xixia": 404, "lanting": 404, "huibian": 404}
    status, headers, body = fetch(served, _url(served, "gucheng", "/robots.txt"))
    assert (status, headers["Content-Type"]) == (200, "text/plain")
    assert body.split() == [b"User-agent:", b"*", b"Disallow:", b"/admin/"]


def test_hanweb_paging_answers_any_range_of_the_right_unit(served: Server) -> None:
    query = "?startrecord=6&endrecord=9&perpage=4&columnid=1229344&unitid=5866427&webid=3052"
    status, headers, body = fetch(served, _url(served, "lanting", PROXY + query))
    assert (status, headers["Content-Type"]) == (200, "text/xml;charset=UTF-8")
    assert body.startswith(b'<?xml version="1.0"')
    assert body.count(b"<record>") == 4
    for wrong in ("unitid=5866427", "webid=3052"):
        empty = fetch(
            served, _url(served, "lanting", PROXY + query.replace(wrong, "unitid=1"))
        )
        assert (empty[0], empty[2].count(b"<record>")) == (200, 0)
    assert (
        fetch(served, _url(served, "lanting", "/module/jpage/dataproxy.jsp" + query))[0]
        == 404
    )


def test_setting_the_state_back_gives_the_first_bytes(served: Server) -> None:
    url = _url(served, "gucheng", "/zfxxgk/list.asp")
    first = fetch(served, url)[2]
    served.state = 2
    assert fetch(served, url)[2] != first
    served.state = 1
    assert fetch(served, url)[2] == first


def test_a_busy_port_is_an_error_that_says_what_to_do(served: Server) -> None:
    with (
        pytest.raises(SampleServerError, match=f"{served.port}.*--port N"),
        serve(1, port=served.port),
    ):
        pass


def test_the_command_serves_until_interrupted() -> None:
    command = [sys.executable, "-m", "nianbao.sample", "--state", "2", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(
            "state 2 on http://xixia.localhost:"
        )
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0


def test_the_command_says_why_it_cannot_serve(served: Server) -> None:
    command = [sys.executable, "-m", "nianbao.sample", "--port", str(served.port)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: port {served.port}")
    shown = subprocess.run(
        [*command, "--help"], capture_output=True, text=True, timeout=30, check=True
    )
    assert "example: python -m nianbao.sample" in shown.stdout


def test_what_a_service_is_not_asked_rightly(served: Server) -> None:
    """As the platforms do: a page number in the wrong place, a page too far, a state that is
    not the page's.
    """

    def body(site: str, path: str, sent: str = "") -> str:
        return fetch(served, _url(served, site, path), sent)[2].decode()

    unit = "/api-gateway/jpaas-publish-server/front/page/build/unit"
    assert body("jingxi", f"{unit}?pageNo=2") == body("jingxi", unit)
    assert body("jingxi", f'{unit}?paramJson={{"pageNo":2}}') != body("jingxi", unit)
    assert body("gangting", "/gkmlpt/api/all/45?page=0") == body(
        "gangting", "/gkmlpt/api/all/45?page=1"
    )
    assert (
        fetch(
            served,
            _url(served, "yuanhe", "/module/jpage/dataproxy.jsp?page=2&columnid=77001"),
        )[0]
        == 404
    )
    assert (
        fetch(served, _url(served, "yuanhe", "/module/web/jpage/dataproxy.jsp?page=2"))[
            0
        ]
        == 404
    )
    first = body("laogang", "/zwgk/nblist.aspx")
    assert (
        body("laogang", "/zwgk/nblist.aspx", "__EVENTARGUMENT=3&__VIEWSTATE=L3dFUDE%3D")
        == first
    )
