"""Shapes of list pages: how rows are written, and what stands around them. All are our own."""

from __future__ import annotations

from dataclasses import dataclass

YEARS = (2023, 2022, 2021)
TOWNS = ("柳河镇", "石门乡", "东关街道")
PLACES = tuple(f"/nb/{year}.html" for year in YEARS)
TOWN_PLACES = ("/nb/lhz.html", "/nb/smx.html", "/nb/dgjd.html")


@dataclass(frozen=True, slots=True)
class RowShape:
    """A list page: its body, and the paths of all that its rows lead to."""

    name: str
    body: str
    paths: tuple[str, ...] = PLACES
    lost_count: int = 0


def title(year: int) -> str:
    return f"青石县{year}年政府信息公开工作年度报告"


def repeat(row: str, around: str = "{}") -> str:
    """Return rows of three years, with YEAR, TITLE and DATE in them, and what stands around."""
    rows = []
    for year in YEARS:
        text = row.replace("TITLE", title(year)).replace("DATE", f"{year + 1}-01-20")
        rows.append(text.replace("YEAR", str(year)))
    return around.format("".join(rows))


def repeat_towns(row: str, around: str = "{}") -> str:
    """Return rows of three towns, with TOWN and PLACE in them, and what stands around."""
    rows = [
        row.replace("TOWN", town).replace("PLACE", place)
        for town, place in zip(TOWNS, TOWN_PLACES, strict=True)
    ]
    return around.format("".join(rows))


LINK = '<a href="YEAR.html">TITLE</a>'
TOWN_LINK = '<a href="PLACE">TOWN</a>'
UL = "<ul>{}</ul>"
TITLED = (
    RowShape("items", repeat(f"<li>{LINK}<span>DATE</span></li>", UL)),
    RowShape("cells", repeat(f"<tr><td>{LINK}</td><td>DATE</td></tr>", "<table>{}</table>")),
    RowShape("terms", repeat(f"<dt>{LINK}</dt><dd>DATE</dd>", "<dl>{}</dl>")),
    RowShape("definitions", repeat(f"<dl><dt>DATE</dt><dd>{LINK}</dd></dl>")),
    RowShape("blocks", repeat(f'<div class="row"><div>{LINK}</div><i>DATE</i></div>')),
    RowShape("paragraphs", repeat(f"<p>DATE {LINK}</p>")),
    RowShape("lines", repeat(f"{LINK} DATE<br>", "<div>{}</div>")),
    RowShape("spans", repeat(f"<span>{LINK}</span>", "<div>{}</div>")),
    RowShape("headings", repeat(f"<div><h3>{LINK}</h3><p>摘要</p></div>")),
    RowShape("whole rows", repeat('<a href="YEAR.html"><h4>TITLE</h4><i>DATE</i></a>')),
    RowShape("title attribute", repeat('<li><a href="YEAR.html" title="TITLE">青石县YEAR年政…</a></li>', UL)),
    RowShape("title asks for a click", repeat('<li><a href="YEAR.html" title="点击查看">TITLE</a></li>', UL)),
    RowShape("title is the body", repeat('<li><a href="YEAR.html" title="青石县">TITLE</a></li>', UL)),
    RowShape("alternative text", repeat('<li><a href="YEAR.html"><img src="a.png" alt="TITLE"></a></li>', UL)),
    RowShape("title of a picture", repeat('<li><a href="YEAR.html"><img src="a.png" title="TITLE"></a></li>', UL)),
    RowShape("link says look", repeat('<li>TITLE <a href="YEAR.html">[查看]</a></li>', UL)),
    RowShape("link says load", repeat('<tr><td>TITLE</td><td>DATE</td><td><a href="YEAR.html">下载</a></td></tr>', "<table>{}</table>")),
    RowShape("link beside a heading", repeat('<div><h3>TITLE</h3><p><a href="YEAR.html">详情</a></p></div>')),
    RowShape("on click", repeat("<li onclick=\"window.open('YEAR.html')\">TITLE</li>", UL)),
    RowShape("on click of a row", repeat("<tr onclick=\"location.href='/nb/YEAR.html'\"><td>TITLE</td><td>DATE</td></tr>", "<table>{}</table>")),
    RowShape("script address", repeat("<li><a href=\"javascript:openNew('/nb/YEAR.html')\">TITLE</a></li>", UL)),
    RowShape("script number", repeat('<li><a href="javascript:view(YEAR)">TITLE</a></li>', UL) + "<script>function view(id){window.open('/nb/'+id+'.html')}</script>"),
    RowShape("data of a link", repeat('<li><a href="javascript:;" data-url="/nb/YEAR.html">TITLE</a></li>', UL)),
    RowShape("data of an item", repeat('<li data-href="/nb/YEAR.html">TITLE</li>', UL)),
    RowShape("own attribute", repeat('<li><a link="/nb/YEAR.html">TITLE</a></li>', UL)),
    RowShape("options", repeat('<option value="/nb/YEAR.html">TITLE</option>', "<select>{}</select>")),
    RowShape("image map", repeat('<area href="YEAR.html" alt="x" title="TITLE">', "<map>{}</map>")),
    RowShape("no year in digits", "<ul><li><a href='2023.html'>青石县二〇二三年政府信息公开年报</a></li><li><a href='2022.html'>青石县二○二二年政府信息公开年报</a></li><li><a href='2021.html'>青石县二零二一年政府信息公开年报</a></li></ul>"),
    RowShape("traditional", repeat('<li><a href="YEAR.html">青石縣YEAR年政府信息公開工作年度報告</a></li>', UL)),
    RowShape("full width", repeat('<li><a href="YEAR.html">青石县ＹＥＡＲ政府信息公开年报（YEAR年）</a></li>', UL)),
    RowShape("backslashes", repeat('<li><a href="\\nb\\YEAR.html">TITLE</a></li>', UL)),
    RowShape("blanks in the address", repeat('<li><a href=" \n\tYEAR.html \n">TITLE</a></li>', UL)),
    RowShape("line breaks in the address", repeat('<li><a href="/nb/\n\tYEAR.html">TITLE</a></li>', UL)),
    RowShape("base", '<base href="http://www.example.gov.cn/nb/">' + repeat('<li><a href="YEAR.html">TITLE</a></li>', UL)),
    RowShape("base of the root", '<base href="/">' + repeat('<li><a href="nb/YEAR.html">TITLE</a></li>', UL)),
    RowShape("empty base", '<base href="">' + repeat(f"<li>{LINK}</li>", UL)),
    RowShape("two columns of rows", repeat(f"<li>{LINK}</li>", UL).replace("</li><li>", "</li></ul><ul><li>", 1)),
    RowShape("rows not closed", repeat(f"<li>{LINK}", UL)),
    RowShape("other host", repeat('<li><a href="http://example.gov.cn/nb/YEAR.html">TITLE</a></li>', UL)),
)  # fmt: skip
BY_CONTEXT = (
    RowShape("years", repeat('<li><a href="YEAR.html">YEAR年</a></li>', UL)),
    RowShape("year of one report", '<p><a href="2023.html">2023年</a></p>', ("/nb/2023.html",)),
    RowShape("years in cells", repeat('<td><a href="YEAR.html">YEAR年度</a></td>', "<table><tr>{}</tr></table>")),
    RowShape("years as options", repeat('<option value="/nb/YEAR.html">YEAR年</option>', "<select onchange='location=this.value'><option>请选择</option>{}</select>")),
    RowShape("bodies", repeat_towns(f"<li>{TOWN_LINK}</li>", UL), TOWN_PLACES),
    RowShape("bodies in cells", repeat_towns(f"<td>{TOWN_LINK}</td>", "<table><tr>{}</tr></table>"), TOWN_PLACES),
    RowShape("bodies as options", repeat_towns('<option value="PLACE">TOWN</option>', "<select>{}</select>"), TOWN_PLACES),
    RowShape("bodies without a year", repeat_towns('<li><a href="PLACE">青石县TOWN政府信息公开工作年度报告</a></li>', UL), TOWN_PLACES),
    RowShape("bodies with a year", repeat_towns('<li><a href="PLACE">TOWN2023年</a></li>', UL), TOWN_PLACES),
    RowShape("pictures of bodies", repeat_towns('<div><a href="PLACE"><img src="a.jpg" alt="TOWN"></a></div>'), TOWN_PLACES),
    RowShape("pictures without a word", repeat_towns('<div><a href="PLACE"><img src="a.jpg"></a></div>', "<div>{}</div>"), TOWN_PLACES),
    RowShape("body in its cell, link says look", repeat_towns('<tr><td>TOWN</td><td><a href="PLACE">查看</a></td></tr>', "<table>{}</table>"), TOWN_PLACES),
    RowShape("cut titles", repeat_towns('<li><a href="PLACE">青石县TOWN人民政府2023年政府信…</a></li>', UL), TOWN_PLACES),
    RowShape("all rows have one title", repeat_towns('<li>TOWN<a href="PLACE">政府信息公开年度报告</a></li>', UL), TOWN_PLACES),
    RowShape(
        "one row of other words",
        repeat(f"<li>{LINK}</li>", "<ul>{}<li><a href='lhz.html'>柳河镇</a></li><li><a href='a.html'>本级</a></li></ul>"),
        (*PLACES, "/nb/lhz.html", "/nb/a.html"),
    ),
    RowShape(
        "bodies below reports",
        repeat(f"<li>{LINK}</li>", UL) + repeat_towns(f"<dd>{TOWN_LINK}</dd>", "<dl>{}</dl>"),
        (*PLACES, *TOWN_PLACES),
    ),
    RowShape("years that are tabs", repeat('<a href="?y=YEAR">YEAR年</a>', "<div class='tabs'>{}</div>"), tuple(f"/nb/?y={year}" for year in YEARS)),
    RowShape("a matrix", "<table><tr><td>柳河镇</td><td><a href='1.html'>2023</a></td><td><a href='2.html'>2022</a></td></tr><tr><td>石门乡</td><td><a href='3.html'>2023</a></td><td><a href='4.html'>2022</a></td></tr></table>", ("/nb/1.html", "/nb/2.html", "/nb/3.html", "/nb/4.html")),
)  # fmt: skip
BRANCHES = (
    RowShape(
        "more of each kind",
        f"<div><h3>县政府年报<a href='/nb/zf/'>更多&gt;&gt;</a></h3>{repeat(f'<li>{LINK}</li>', UL)}</div><div><h3>乡镇年报</h3><ul><li><a href='/nb/a.html'>柳河镇2023年政府信息公开年报</a></li></ul><p><a href='/nb/xz/'>MORE+</a></p></div>",
        (*PLACES, "/nb/a.html", "/nb/zf/", "/nb/xz/"),
    ),
    RowShape(
        "years past",
        repeat(f"<li>{LINK}</li>", "<ul>{}<li><a href='old/'>历年年报</a></li></ul>"),
        (*PLACES, "/nb/old/"),
    ),
    RowShape(
        "columns of bodies",
        "<div class='tab'><a href='zf/'>政府年报</a><a href='bm/'>部门年报</a><a href='xz/'>乡镇年报</a></div>",
        ("/nb/zf/", "/nb/bm/", "/nb/xz/"),
    ),
    RowShape(
        "years and bodies",
        repeat('<a href="YEAR/">YEAR年</a>', "<div>{}</div>")
        + repeat_towns(f"<li>{TOWN_LINK}</li>", UL),
        (*(f"/nb/{year}/" for year in YEARS), *TOWN_PLACES),
    ),
)
LOST = (
    RowShape("script that does nothing", repeat('<li><a href="javascript:void(0)">TITLE</a></li>', UL), (), 3),
    RowShape("no address at all", repeat("<li><a>TITLE</a></li>", UL), (), 3),
    RowShape("hash", repeat('<li><a href="#">TITLE</a></li>', UL), (), 3),
    RowShape("unknown function", repeat('<li><a href="javascript:show(YEAR)">TITLE</a></li>', UL), (), 3),
    RowShape("number of an option", repeat('<option value="YEAR">TITLE</option>', "<select>{}</select>"), (), 3),
    RowShape("one of three", repeat(f"<li>{LINK}</li>", UL).replace('href="2022.html"', 'href="javascript:;"'), (PLACES[0], PLACES[2]), 1),
    RowShape("same titles", "<ul><li><a href='2023.html'>2023年政府信息公开年报</a></li><li><a href='javascript:;'>2023年政府信息公开年报</a></li></ul>", PLACES[:1], 1),
    RowShape("row of a link that does nothing", repeat("<li onclick=\"window.open('YEAR.html')\"><a href='javascript:;'>TITLE</a></li>", UL)),
    RowShape("picture that does nothing beside a link", repeat(f'<li><a href="javascript:;"><img src="a.png" alt="TITLE"></a>{LINK}</li>', UL)),
    RowShape("heading that is an anchor", '<h1><a name="top">青石县2023年政府信息公开工作年度报告</a></h1>' + repeat(f"<li>{LINK}</li>", UL)),
    RowShape("block of a link that does nothing", repeat("<div onclick=\"window.open('YEAR.html')\"><div><a href='javascript:;'>TITLE</a></div></div>")),
)  # fmt: skip
NAVIGATION = """<div class="nav"><ul><li><a href="/">首页</a></li><li><a href="/xw/">新闻中心</a></li><li><a href="/zwgk/">政务公开</a></li></ul></div>
<div><a href="/">首页</a> > <a href="/zwgk/">政务公开</a> > <a href="/nb/">政府信息公开年报</a></div>
<ul class="leftmenu"><li><a href="/zn/">政府信息公开指南</a></li><li><a href="/zd/">政府信息公开制度</a></li><li><a href="/nb/">政府信息公开年报</a></li><li><a href="/jg/">机构概况</a></li></ul>"""
NEWS = """<div class="news"><h3>要闻动态<a href="/xw/">更多</a></h3><ul><li><a href="/xw/1.html">县长调研春耕生产</a></li><li><a href="/xw/2.html">我县召开2023年工作会议</a></li><li><a href="/xw/3.html">柳河镇举行运动会</a></li></ul></div>"""
RELATED = """<div><h4>相关链接</h4><p><a href="/a/1.html">省教育厅</a> <a href="/a/2.html">市教育局</a> <a href="/a/3.html">县财政局</a></p></div>"""
FOOTER = """<div class="footer"><a href="/map.html">网站地图</a><a href="/lx.html">联系我们</a><a href="/jyj.html">县教育局</a><a href="/czj.html">县财政局</a><p>主办：青石县人民政府</p></div>"""
FRIENDS = """<div class="links"><select><option>县直部门</option><option value="/jyj/">县教育局</option><option value="/czj/">县财政局</option></select></div>"""
FOREIGN = '<div class="links"><a href="http://nb.example.com/2023.html">某省2023年政府信息公开工作年度报告</a></div>'
AROUND = f"{NAVIGATION}{{}}{NEWS}{RELATED}{FOREIGN}{FRIENDS}{FOOTER}"
DATA = '{"title":"TITLE","url":"/nb/YEAR.html","date":"DATE"},'
IN_SCRIPTS = (
    RowShape("array of objects", repeat(DATA, "<script>var rows = [{}];</script>")),
    RowShape("JSON in a script", repeat(DATA, '<script type="application/json">{{"code":0,"list":[{}]}}</script>')),
    RowShape("keys without quotes", repeat("{title:'TITLE',link:'YEAR.html'},", "<script>var list=[{}]</script>")),
    RowShape("array of arrays", repeat("['YEAR.html','TITLE','DATE'],", "<script>var list = new Array([{}]);</script>")),
    RowShape("nested data", repeat('{"doc":{"name":"TITLE"},"attr":{"img":"/a.png","href":"/nb/YEAR.html"}},', "<script>init({{data:[{}]}})</script>")),
    RowShape("escaped data", repeat('{"title":"\\u9752\\u77f3\\u53bfYEAR\\u5e74\\u653f\\u5e9c\\u4fe1\\u606f\\u516c\\u5f00\\u5e74\\u62a5","url":"\\/nb\\/YEAR.html"},', "<script>var d=[{}]</script>")),
    RowShape("written rows", repeat("document.write('<li><a href=\"YEAR.html\">TITLE</a></li>');", "<ul><script>{}</script></ul>")),
    RowShape("rows written in pieces", repeat("h += '<li><a href=\"YEAR.html\">'; h += 'TITLE'; h += '</a></li>';", "<script>var h='';{}</script>")),
    RowShape("variables of each row", repeat('<li><script>var url="YEAR.html"; var title="TITLE"; document.writeln(url);</script></li>', UL)),
    RowShape("a template literal", repeat("<li><a href='YEAR.html'>TITLE</a></li>", "<script>el.innerHTML = `<ul>{}</ul>`</script>")),
    RowShape("a page in a text", "<script>export default `<html><body>" + repeat(f"<li>{LINK}</li>", UL) + "</body></html>`</script>"),
    RowShape("a data store", repeat("<record><![CDATA[<li><a href='YEAR.html'>TITLE</a></li>]]></record>", "<script type='text/xml'><datastore>{}</datastore></script>")),
    RowShape("a text area", repeat("&lt;li&gt;&lt;a href='YEAR.html'&gt;TITLE&lt;/a&gt;&lt;/li&gt;", "<textarea style='display:none'>{}</textarea>")),
    RowShape("a template", repeat(f"<li>{LINK}</li>", "<script type='text/template'><ul>{}</ul></script>")),
    RowShape("without script", repeat(f"<li>{LINK}</li>", "<noscript><ul>{}</ul></noscript>")),
    RowShape("bodies in data", repeat_towns('{"name":"TOWN","url":"PLACE"},', "<script>var towns=[{}]</script>"), TOWN_PLACES),
    RowShape("data under a base", '<base href="/nb/a/">' + repeat('{"title":"TITLE","url":"../YEAR.html"},', "<script>var d=[{}]</script>")),
    RowShape("a row that is commented out", repeat(f"<li>{LINK}</li>", UL) + "<script>/* var d=[{title:'青石县2019年政府信息公开年报',url:'/nb/2019.html'}] */</script><!-- <li><a href='2018.html'>青石县2018年政府信息公开年报</a></li> -->"),
)  # fmt: skip
