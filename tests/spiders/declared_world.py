"""Made-up services and their declarations: what they are asked, what they answer, how they fail."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from scrapy.http import HtmlResponse, Request, Response, TextResponse, XmlResponse

HOST = "http://www.example.gov.cn"
ENTRY = f"{HOST}/zwgk/nb/index.html?id=7"
COLUMN = """<html><head><title>年报</title></head><body><div class="nav"><a href="/">首页</a></div>
<input id="col" value="f7"><script>var channel = 'c7'; // channel = 'c1'
</script>%s</body></html>"""
VALUES: dict[str, tuple[dict[str, str], str]] = {
    "parameter": ({"parameter": "id"}, "7"),
    "script": ({"script": r"channel = '(\w+)'"}, "c7"),
    "field": ({"field": "#col"}, "f7"),
    "constant": ({"default": "d7"}, "d7"),
}
FAULTS = ("none", "none", "none", "last again", "error", "stuck", "blank")


@dataclass
class World:
    """A service with a number of rows, and the declaration that describes it."""

    traits: dict[str, str]
    declaration: dict[str, Any]
    rows: list[tuple[str, str]]  # address and title
    first: int
    size: int
    fault: str
    fault_page: int  # from 1
    says_length: bool
    asked: list[int] = field(default_factory=list)  # pages, from 1

    @property
    def reports(self) -> set[str]:
        return {f"{HOST}{path}" for path, title in self.rows if "信息公开" in title}

    @property
    def page_count(self) -> int:
        return -(-len(self.rows) // self.size)

    @property
    def can_be_known(self) -> bool:
        """Whether what is missing could be known at all.

        A blank page may be the end, and so may one that comes again after another.
        """
        if self.says_length:
            return True
        is_second_again = self.fault == "stuck" and self.traits["entry"] == "page"
        return self.fault != "blank" and not is_second_again

    def answer(self, request: Request) -> Response:
        """Return the answer to a request; it must ask as the declaration says."""
        if request.url.partition("#")[0] == ENTRY:
            shown = ""
            if self.traits["entry"] == "page":
                items = "".join(_write_item(*row) for row in self._select(1))
                shown = f"<ul>{items}</ul>"
            return _respond(request, COLUMN % shown, "text/html")
        number = self._read_page(request)
        self.asked.append(number)
        if self.fault == "stuck":
            return self._write(
                request, self._select(1 + (self.traits["entry"] == "page"))
            )
        if self.fault == "error" and number >= self.fault_page:
            return _respond(request, '{"code": 500, "msg": "busy"}', "application/json")
        if self.fault == "blank" and number >= self.fault_page:
            return self._write(request, [])
        if self.fault == "last again":
            number = min(number, self.page_count)
        return self._write(request, self._select(number))

    def _select(self, number: int) -> list[tuple[str, str]]:
        start = (number - 1) * self.size
        return self.rows[start : start + self.size]

    def _read_page(self, request: Request) -> int:
        """Return the page that a request asks for, from 1."""
        parts = urlsplit(request.url)
        place, slot = self.traits["place"], self.traits["slot"]
        if place == "path":
            number = int(parts.path.removeprefix("/api/list_").removesuffix(".do"))
            return number - self.first + self._first_page
        if place.startswith("query"):
            sent: Any = dict(parse_qsl(parts.query, keep_blank_values=True))
        elif place.startswith("form"):
            sent = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        else:
            sent = json.loads(request.body)
        assert str(sent["c"]) == VALUES[self.traits["value"]][1], sent
        if place.endswith("nested"):
            sent = sent["q"] if place == "json nested" else json.loads(sent["q"])
        if slot == "page":
            return int(sent["p"]) - self.first + self._first_page
        start = int(sent["from"]) - (slot == "rows")
        if slot == "rows":
            assert int(sent["to"]) == start + self.size
        return start // self.size + 1

    @property
    def _first_page(self) -> int:
        """Which page, from 1, the first one that is asked for is."""
        return 2 if self.traits["entry"] == "page" else 1

    def _write(self, request: Request, rows: list[tuple[str, str]]) -> Response:
        form = self.traits["form"]
        length = (
            {"total": len(self.rows)} if "total" in self.declaration["answer"] else {}
        )
        if "page_count" in self.declaration["answer"]:
            length["pages"] = self.page_count
        items = "".join(_write_item(*row) for row in rows)
        records: list[Any] = [
            {"u": path, "t": title, "d": 1705716000000} for path, title in rows
        ]
        if form == "xml":
            said = "".join(
                f"<{name}>{number}</{name}>" for name, number in length.items()
            )
            body = "".join(f"<item><u>{u}</u><t>{t}</t></item>" for u, t in rows)
            return _respond(request, f"<list>{said}{body}</list>", "text/xml")
        if form == "html":
            return _respond(
                request, f"<html><body><ul>{items}</ul></body></html>", "text/html"
            )
        if form == "markup":
            records = [_write_item(*row) for row in rows]
        data: Any = {"list": records, **length}
        if form == "html in json":
            data = {"list": f"<ul>{items}</ul>", **length}
        if form == "json in text":
            data = json.dumps(data)
        text = json.dumps({"code": 200, "data": data}, ensure_ascii=False)
        if form == "jsonp":
            return _respond(request, f"cb({text});", "application/javascript")
        return _respond(request, text, "application/json")

    def describe(self) -> str:
        return (
            f"{self.traits} fault {self.fault}@{self.fault_page}, {len(self.rows)} rows"
        )


def _write_item(path: str, title: str) -> str:
    return (
        f'<li><a href="{path}" title="{title}">{title}</a><span>2024-01-20</span></li>'
    )


def _respond(request: Request, text: str, kind: str) -> Response:
    classes = {"text/html": HtmlResponse, "text/xml": XmlResponse}
    url = request.url.partition("#")[0]
    headers = {"Content-Type": f"{kind}; charset=utf-8"}
    make = classes.get(kind, TextResponse)
    return make(url, headers=headers, body=text.encode(), request=request)


def make_world(seed: int) -> World:
    """Return the service of a seed."""
    chance = random.Random(seed)
    traits = {
        "place": chance.choice(
            (
                "query",
                "query nested",
                "path",
                "form",
                "form nested",
                "json",
                "json nested",
            )
        ),
        "slot": chance.choice(("page", "page", "rows", "offset")),
        "form": chance.choice(
            ("json", "json in text", "jsonp", "markup", "html in json", "xml", "html")
        ),
        "value": chance.choice(tuple(VALUES)),
        "entry": chance.choice(("shell", "shell", "page")),
        "length": chance.choice(("none", "total", "pages")),
        "stop": chance.choice(("empty", "short")),
    }
    if traits["place"] == "path":
        traits["slot"] = "page"
    if traits["slot"] != "page":
        traits["entry"] = "shell"
    if traits["form"] == "html":
        traits["length"] = "none"
    size = chance.randint(2, 5)
    first = 2 if traits["entry"] == "page" else chance.choice((0, 1))
    rows = _make_rows(chance, chance.randint(size + 1, 14))
    return World(
        traits=traits,
        declaration=_declare(traits, first, size),
        rows=rows,
        first=first,
        size=size,
        fault=chance.choice(FAULTS),
        fault_page=chance.randint(2, -(-len(rows) // size)),
        says_length=traits["length"] != "none",
    )


def _make_rows(chance: random.Random, count: int) -> list[tuple[str, str]]:
    rows = []
    for number in range(count):
        title = f"青石县第{number + 1}镇2023年政府信息公开工作年度报告"
        if number and chance.random() < 0.2:
            title = f"关于第{number}次检查情况的通报"
        rows.append((f"/nb/{number}.html", title))
    return rows


def _declare(traits: dict[str, str], first: int, size: int) -> dict[str, Any]:
    slots: dict[str, Any] = {
        "page": {"p": "{page}"},
        "rows": {"from": "{start}", "to": "{end}"},
        "offset": {"from": "{offset}"},
    }[traits["slot"]]
    fields: dict[str, Any] = {"c": "{c}", **slots}
    if traits["place"].endswith("nested"):
        fields = {"c": "{c}", "q": {"x": 1, **slots}}
    request: dict[str, Any] = {"url": "/api/list.do", "method": "GET"}
    kind = traits["place"].partition(" ")[0]
    if kind == "path":
        request["url"] = "/api/list_{page}.do"
    elif kind == "query":
        request["query"] = fields
    else:
        request |= {"method": "POST", kind: fields}
    return {
        "values": {"c": VALUES[traits["value"]][0]},
        "request": request,
        "pages": {"first": first, "size": size, "stop": traits["stop"]},
        "answer": _declare_answer(traits),
    }


def _declare_answer(traits: dict[str, str]) -> dict[str, Any]:
    form = traits["form"]
    path = "" if form == "xml" else "data."
    keys = {"address": "u", "title": "t"}
    answers: dict[str, dict[str, Any]] = {
        "xml": {"format": "xml", "rows": "item", **keys},
        "html": {"format": "html"},
        "html in json": {
            "format": "json",
            "within": {"path": "data.list", "format": "html"},
        },
        "markup": {"format": "json", "rows": "data.list"},
    }
    answer = answers.get(
        form, {"format": "json", "rows": "data.list", **keys, "date": "d"}
    )
    if traits["length"] == "total":
        answer["total"] = f"{path}total"
    if traits["length"] == "pages":
        answer["page_count"] = f"{path}pages"
    return answer
