"""Home pages of distinct shapes: how the pages of a small site lead to its annual reports."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

from nianbao.crawler.process import look_process
from nianbao.crawler.site_files.proposal import propose_site
from nianbao.crawler.site_files.yaml_file import format_yaml
from nianbao.sample.country.answers import Answer
from nianbao.spiders.discovery.records import Discovery
from nianbao.spiders.discovery.scout import Scout
from nianbao.spiders.discovery.start_address import complete_address
from tests.crawl.list_sites.site import ListSite

COLUMN = "/zwgk/nb/"
NAVIGATION = (
    '<div class="nav"><a href="/">首页</a><a href="/xw/">新闻中心</a><a href="/bsfw/">办事服务</a>'
    '<a href="/hd/">互动交流</a>{way}<a href="/zf/">走进青石</a></div>'
)


@dataclass
class Shape:
    """How a site leads to its reports.

    Pages by path, or by `//host/path`; `{host}` and `{port}` in them stand for the site's.
    """

    pages: dict[str, str] = field(default_factory=dict)
    start: str = "{host}/"  # the address that a person types
    columns: tuple[str, ...] = (COLUMN,)  # paths, or //host/path
    charset: str = "utf-8"


def _page(body: str, title: str = "青石县人民政府", head: str = "") -> str:
    return f"<html><head>{head}<title>{title}</title></head><body>{body}</body></html>"


def _home(way: str, body: str = "") -> str:
    """Return a home page with navigation and news; `way` is what leads to the reports."""
    news = (
        '<ul><li><a href="/xw/202401/t20240105_1.html">县委召开年度工作会议</a>2024-01-05</li>'
        '<li><a href="/xw/202401/t20240106_2.html">2024年政府工作报告</a>2024-01-06</li></ul>'
    )
    return _page(f"{NAVIGATION.format(way=way)}{news}{body}")


def _link(url: str, name: str) -> str:
    return f'<a href="{url}">{name}</a>'


def _list(title: str = "政府信息公开年报", years: range = range(2021, 2024)) -> str:
    rows = []
    for year in years:
        name = f"青石县人民政府{year}年政府信息公开工作年度报告"
        rows.append(
            f'<li><a href="/zwgk/{year}/t{year}0120_9.html" title="{name}">{name}</a><span>{year + 1}-01-20</span></li>'
        )
    return _page(f"<h2>{title}</h2><ul>{''.join(rows)}</ul>", f"{title}_青石县人民政府")


def _links(names: dict[str, str], title: str = "政府信息公开年报") -> str:
    items = [f"<li>{_link(url, name)}</li>" for url, name in names.items()]
    return _page(f"<h2>{title}</h2><ul>{''.join(items)}</ul>", title)


GATE = _link("/zwgk/", "政府信息公开")
NAMED = _link(COLUMN, "政府信息公开年报")
PLAIN = {COLUMN: _list()}
MENU = _links(
    {
        "/zwgk/zn/": "政府信息公开指南",
        "/zwgk/zd/": "政府信息公开制度",
        COLUMN: "政府信息公开年报",
    },
    "政府信息公开",
)
PLAIN_LIST = _list("栏目")
YEARS = _links({f"{COLUMN}{year}/": f"{year}年" for year in (2025, 2024, 2023, 2022)})
SHAPES: dict[str, Shape] = {
    "named-on-the-home-page": Shape({"/": _home(NAMED), **PLAIN}),
    "behind-a-gate": Shape({"/": _home(GATE), "/zwgk/": MENU, **PLAIN}),
    "behind-two-gates": Shape(
        {
            "/": _home(_link("/zwgk/", "政务公开")),
            "/zwgk/": _home(_link("/zwgk/zfxxgk/", "政府信息公开")),
            "/zwgk/zfxxgk/": MENU,
            **PLAIN,
        }
    ),
    "home-in-a-frameset": Shape(
        {
            "/": '<html><frameset rows="100,*"><frame src="/top.html"><frame src="/main.html"></frameset></html>',
            "/top.html": _home(""),
            "/main.html": _home(GATE),
            "/zwgk/": MENU,
            **PLAIN,
        }
    ),
    "list-in-an-iframe": Shape(
        {
            "/": _home(GATE),
            "/zwgk/": MENU,
            COLUMN: _page(
                '<h2>政府信息公开年报</h2><iframe src="/zwgk/lb/"></iframe>',
                "政府信息公开年报",
            ),
            "/zwgk/lb/": PLAIN_LIST,
        },
        columns=("/zwgk/lb/",),
    ),
    "menu-in-an-iframe": Shape(
        {
            "/": _home(GATE),
            "/zwgk/": _page(
                '<iframe src="/zwgk/left.html"></iframe><div>公开内容</div>', "公开"
            ),
            "/zwgk/left.html": MENU,
            **PLAIN,
        }
    ),
    "redirect-by-refresh": Shape(
        {
            "/": _page(
                "",
                head='<meta http-equiv="refresh" content="0;url=/portal/index.html">',
            ),
            "/portal/index.html": _home(NAMED),
            **PLAIN,
        }
    ),
    "redirect-by-script": Shape(
        {
            "/": _page('<script>window.location.href="/portal/";</script>'),
            "/portal/": _home(GATE),
            "/zwgk/": _page(
                "<script>location.replace('/zwgk/index_new.html')</script>"
            ),
            "/zwgk/index_new.html": MENU,
            **PLAIN,
        }
    ),
    "redirect-of-a-column": Shape(
        {
            "/": _home(NAMED),
            COLUMN: _page("<script>var u='/zwgk/nb2/'; location.href = u;</script>"),
            "/zwgk/nb2/": _list(),
        },
        columns=("/zwgk/nb2/",),
    ),
    "redirect-to-www": Shape(
        {
            "//{name}.localhost/": "302 http://www.{host}/",
            "//www.{name}.localhost/": _home(NAMED),
            **PLAIN,
        },
        columns=("//www.{host}" + COLUMN,),
    ),
    "opened-by-a-click": Shape(
        {
            "/": _home("<span onclick=\"window.open('/zwgk/')\">政府信息公开</span>"),
            "/zwgk/": _page(
                "<ul><li onclick=\"location.href='/zwgk/nb/'\">政府信息公开年报</li></ul>"
            ),
            **PLAIN,
        }
    ),
    "opened-by-a-function": Shape(
        {
            "/": _home(
                '<a href="javascript:void(0)" onclick="go(\'nb\')">政府信息公开年报</a>'
            )
            + "<script>function go(p){ window.location.href = '/zwgk/' + p + '/'; }</script>",
            **PLAIN,
        }
    ),
    "picture-with-a-text": Shape(
        {
            "/": _home(
                f'<a href="{COLUMN}"><img src="/a.png" alt="政府信息公开年报"></a>'
            ),
            **PLAIN,
        }
    ),
    "option-of-a-menu": Shape(
        {
            "/": _home(
                f'<select onchange="window.open(this.value)"><option>请选择</option><option value="{COLUMN}">'
                "政府信息公开年报</option></select>"
            ),
            **PLAIN,
        }
    ),
    "area-of-a-picture": Shape(
        {
            "/": _home(
                f'<map><area shape="rect" href="{COLUMN}" alt="政府信息公开年报"></map>'
            ),
            **PLAIN,
        }
    ),
    "page-of-years": Shape(
        {
            "/": _home(NAMED),
            COLUMN: YEARS,
            f"{COLUMN}2025/": _page("<p>暂无内容</p>", "2025年"),
            f"{COLUMN}2024/": _page("<p>暂无内容</p>", "2024年"),
            f"{COLUMN}2023/": _list("2023年", range(2023, 2024)),
            f"{COLUMN}2022/": _list("2022年", range(2022, 2023)),
        }
    ),
    "columns-of-bodies": Shape(
        {
            "/": _home(GATE),
            "/zwgk/": _links(
                {
                    COLUMN: "县政府年报",
                    "/zwgk/bm/nb/": "部门年报",
                    "/zwgk/xz/nb/": "乡镇年报",
                },
                "政府信息公开",
            ),
            COLUMN: _list("县政府年报"),
            "/zwgk/bm/nb/": _list("部门年报"),
            "/zwgk/xz/nb/": _list("乡镇年报"),
        },
        columns=(COLUMN, "/zwgk/bm/nb/", "/zwgk/xz/nb/"),
    ),
    "bodies-below-the-column": Shape(
        {
            "/": _home(NAMED),
            COLUMN: _links({f"{COLUMN}swj/": "水务局", f"{COLUMN}jyj/": "教育局"}),
            f"{COLUMN}swj/": _page("<p>暂无</p>", "水务局"),
            f"{COLUMN}jyj/": _list("教育局"),
        }
    ),
    "sibling-host-behind-the-gate": Shape(
        {
            "/": _home(_link("http://zfxxgk.{host}/", "政府信息公开")),
            "//zfxxgk.{name}.localhost/": MENU,
            f"//zfxxgk.{{name}}.localhost{COLUMN}": _list(),
        },
        columns=("//zfxxgk.{host}" + COLUMN,),
    ),
    "sibling-host-of-another-name": Shape(
        {
            "/": _home(_link("http://gov.{host}/zwgk/", "政府信息公开")),
            "//gov.{name}.localhost/zwgk/": MENU,
            f"//gov.{{name}}.localhost{COLUMN}": _list(),
        },
        start="http://www.{host}/",
        columns=("//gov.{host}" + COLUMN,),
    ),
    "given-page-is-the-list": Shape(
        {"/": _home(""), "/zwgk/lm/12/": PLAIN_LIST},
        start="{host}/zwgk/lm/12/",
        columns=("/zwgk/lm/12/",),
    ),
    "given-page-is-of-years": Shape(
        {
            "/": _home(""),
            "/zwgk/lm/": _links(
                {f"/zwgk/lm/{y}/": str(y) for y in (2024, 2023)}, "栏目"
            ),
            "/zwgk/lm/2024/": _page("<p>暂无</p>"),
            "/zwgk/lm/2023/": _list("2023年", range(2022, 2024)),
        },
        start="{host}/zwgk/lm/",
        columns=("/zwgk/lm/",),
    ),
    "others-stand-first": Shape(
        {
            "/": _home(
                _link("http://www.province.invalid/nb/", "省政府信息公开年报")
                + _link("http://www.other.invalid/zfxxgk/", "政府信息公开")
                + GATE
            ),
            "/zwgk/": MENU,
            **PLAIN,
        }
    ),
    "commented-out": Shape(
        {
            "/": _home(
                '<!-- <a href="/old/nb/">政府信息公开年报</a> --><script>/* location.href="/old/"; */\n'
                '// location.href="/older/";\n</script>' + GATE
            ),
            "/zwgk/": MENU,
            **PLAIN,
        }
    ),
    "pasted-editor": Shape(
        {
            "/": _home(GATE, '<div class="TRS_Editor"><p>转载</p></div>'),
            "/zwgk/": MENU,
            COLUMN: _list().replace("<h2>", '<div class="TRS_Editor"></div><h2>'),
        }
    ),
    "gbk": Shape({"/": _home(GATE), "/zwgk/": MENU, **PLAIN}, charset="gbk"),
    "splash-page": Shape(
        {
            "/": _page('<a href="/portal/"><img src="/in.gif" alt="进入网站"></a>'),
            "/portal/": _home(GATE),
            "/zwgk/": MENU,
            **PLAIN,
        }
    ),
    "menu-in-script-data": Shape(
        {
            "/": _home(GATE),
            "/zwgk/": _page(
                '<div id="tree"></div><script>var menu = [{"name":"政府信息公开指南","url":"/zwgk/zn/"},'
                '{"name":"政府信息公开年报","url":"/zwgk/nb/"}]; draw(menu);</script>'
            ),
            **PLAIN,
        }
    ),
    "short-names": Shape(
        {
            "/": _home(_link("/zwgk/", "公开")),
            "/zwgk/": _links(
                {"/zwgk/zn/": "指南", "/zwgk/zd/": "制度", COLUMN: "年报"}, "公开"
            ),
            **PLAIN,
        }
    ),
    "rows-are-years": Shape(
        {
            "/": _home(NAMED),
            COLUMN: _links(
                {f"/zwgk/{y}/t{y}0120_9.html": f"{y}年" for y in range(2020, 2024)}
            ),
            **{
                f"/zwgk/{y}/t{y}0120_9.html": _page(
                    "<h1>青石县人民政府"
                    + f"{y}年政府信息公开工作年度报告</h1><p>一、总体情况</p>"
                    "<p>二、主动公开政府信息情况</p><p>三、收到和处理政府信息公开申请情况</p>",
                    f"青石县人民政府{y}年政府信息公开工作年度报告",
                )
                for y in range(2020, 2024)
            },
        }
    ),
}


def make_home_sites(port: int) -> list[ListSite]:
    """Return the sites, in the order of their shapes."""
    sites = []
    for number, shape in enumerate(SHAPES.values()):
        site = ListSite(f"h{number}", port, "", {})
        for path, page in shape.pages.items():
            key = _fill(path, site)
            text = _fill(page, site)
            if text.startswith("302 "):
                site.answers[key] = Answer(b"", status=302, location=text[4:])
                continue
            content_type = f"text/html; charset={shape.charset}"
            site.answers[key] = Answer(text.encode(shape.charset), content_type)
        sites.append(site)
    return sites


def list_columns(site: ListSite, shape: Shape) -> set[str]:
    """Return the absolute addresses of the columns that should be found."""
    columns = set()
    for path in shape.columns:
        address = _fill(path, site)
        if not address.startswith("//"):
            address = f"//{site.host}{address}"
        columns.add(f"http:{address}")
    return columns


def _fill(text: str, site: ListSite) -> str:
    return text.replace("{host}", site.host).replace("{name}", site.name)


def main(addresses: list[str]) -> None:
    """Search all sites at once, and print what `detect` and `sites add` would write."""
    process = look_process(("127.0.0.0/8",))
    discoveries = []
    for address in addresses:
        discovery = Discovery(complete_address(address))
        discoveries.append(discovery)
        process.crawl(Scout, discovery=discovery, delay=0.0)
    process.start()
    for discovery in discoveries:
        print(f"--- {discovery.requests} requests")
        if discovery.columns:
            print(format_yaml(propose_site(discovery, "site")))


if __name__ == "__main__":
    main(sys.argv[1:])
