"""Elements of more attributes than any page's lose them, wherever they stand, and nothing else."""

from __future__ import annotations

from collections import Counter
from itertools import islice, product
from random import Random

import pytest
from lxml import etree

from bench.pages import make_pages
from nianbao.archive.long_tags import (
    MAX_ATTRIBUTES,
    limit_attributes,
    may_have_many_attributes,
)
from nianbao.pipelines.reader import read
from tests.reader.report_parts import load_text, show_inline

MANY = range(MAX_ATTRIBUTES + 100)
ATTRIBUTES = " ".join(f"a{number:04}=1" for number in MANY)  # 8,799 characters
# Many attributes, as a parser takes them, in ways that a search for them may miss.
WAYS = {
    "plain": ATTRIBUTES,
    "names only": " ".join(f"name{number:04}" for number in MANY),
    "short": " ".join(f"{number:x}" for number in MANY),
    "quotes": " ".join(f"a{number}='1'" for number in MANY),
    "ends in values": " ".join(f'a{number}=">"' for number in MANY),
    "tags in values": " ".join(f"a{number}='</p><p>'" for number in MANY),
    "a quote in a name": "x' " + ATTRIBUTES + " y'",
    "a quote in a value": 'x=a" ' + ATTRIBUTES + ' y=b"',
    "quotes as names": " ".join(f"'{number}" for number in MANY),
    "slashes": "/".join(f"a{number}" for number in MANY),
    "slashes behind values": "/".join(f"a{number}='1'" for number in MANY),
    "nothing between": "".join(f"a{number}='1'" for number in MANY),
    "signs": " ".join(f"<a{number}" for number in MANY),
    "lines": "\n".join(f"a{number}\t=\n1" for number in MANY),
    "form feeds": "\f".join(f"a{number}" for number in MANY),
    "white space of Unicode": " ".join(
        map("".join, islice(product("\x85\xa0\u2000\u200a\u3000", repeat=6), len(MANY)))
    ),
    "signs of equality": " ".join(f"=a{number}=1" for number in MANY),
}
# What has no tags in it, whatever stands there.
LONG_LOOP = "if (i<n.length " + "&& a[i] != b[i] " * 2000 + ") { i++ }"
NO_TAGS = {
    "a script": f"<script>{LONG_LOOP}</script>",
    "a script in capital letters": f"<SCRIPT>{LONG_LOOP}</Script >",
    "a script in a comment of a script": f"<script><!-- <script>{LONG_LOOP}</script> --></script>",
    "a style": f"<style>{LONG_LOOP}</style>",
    "a field of text": f"<textarea>{LONG_LOOP}</textarea>",
    "a title": f"<title>{LONG_LOOP}</title>",
    "a comment": f"<!-- <p {ATTRIBUTES}> -->",
    "a comment with ends": f"<!-- <p> -> {LONG_LOOP} -->",
    "a declaration": f"<!DOCTYPE {ATTRIBUTES}>",
    "a text": "2 < 3 " + ATTRIBUTES,
    "a value": f"<p title='{'a = b ' * 3000}'>",
    "a value with tags": f"<p title='{'<p a> ' * 3000}'>",
    "many short tags": "<p a=1 b=2>" * 3000,
}
ROWS = "<li><a href='/1.html' title='年报'>年报</a><li><a href='/2.html'>年报</a>"
# Pieces of which pages are put together at random.
PIECES = (
    *(
        "<a ",
        "<b",
        "<p>",
        "</p>",
        "x",
        "='",
        '="',
        "=",
        "'",
        '"',
        ">",
        "/",
        "/>",
        " ",
        "\n",
        "\f",
    ),
    *(
        "<!--",
        "-->",
        "--!>",
        "-",
        "!",
        "<!",
        "<?",
        "?>",
        "<",
        "</",
        "a=1",
        "b='>'",
        'c="<i>"',
    ),
    *(
        "<script",
        "<script>",
        "</script",
        "</script>",
        "<style>",
        "</style>",
        "<plaintext>",
    ),
    *(
        "<textarea>",
        "</textarea>",
        "<title>",
        "</title>",
        "<iframe>",
        "</iframe>",
        "年",
        "\x0b",
    ),
    *(
        "<svg>",
        "</svg>",
        "<![CDATA[",
        "]]>",
        "<td ",
        "<template>",
        "\r\n",
        "\u3000",
        "<xmp>",
    ),
)


class Attributes:
    """What a parser tells of the elements of a page: the number of their attributes."""

    def __init__(self) -> None:
        self.counts: list[int] = []

    def start(self, _: str, attributes: dict[str, str]) -> None:
        self.counts.append(len(attributes))

    def end(self, _: str) -> None:
        pass

    def close(self) -> list[int]:
        return self.counts


def count_attributes(page: str) -> list[int]:
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, target=Attributes())
    counts: list[int] = etree.fromstring(page.encode(), parser)
    return counts


@pytest.mark.parametrize("offset", range(0, 8200, 410))
def test_a_long_tag_is_shortened_at_any_offset(offset: int) -> None:
    before = "<p>" + "年" * offset
    page = f"{before}<td {ATTRIBUTES}>12</td>"
    assert limit_attributes(page) == f"{before}<td>12</td>"


@pytest.mark.parametrize("way", WAYS)
def test_no_element_keeps_more_attributes(way: str) -> None:
    page = f"<body>{ROWS}<b {WAYS[way]}>12</b>{ROWS}"
    assert max(count_attributes(page)) > MAX_ATTRIBUTES
    limited = limit_attributes(page)
    assert max(count_attributes(limited)) <= MAX_ATTRIBUTES
    assert limited.count(ROWS) == 2
    assert "12" in limited


@pytest.mark.parametrize("place", NO_TAGS)
def test_what_is_no_tag_stays(place: str) -> None:
    page = f"<body>{ROWS}{NO_TAGS[place]}{ROWS}"
    assert limit_attributes(page) is page


@pytest.mark.parametrize("place", NO_TAGS)
def test_a_long_tag_behind_what_is_none(place: str) -> None:
    page = f"<body>{NO_TAGS[place]}<b {ATTRIBUTES}>{ROWS}"
    assert limit_attributes(page) == f"<body>{NO_TAGS[place]}<b>{ROWS}"


@pytest.mark.parametrize("length", [0, 1, 3999, 4000, 4001, 8000, 20_000])
def test_a_long_text_stays(length: int) -> None:
    page = f"<p title=a>{'年' * length}</p>"
    assert limit_attributes(page) is page


def test_a_tag_is_what_the_parser_takes_for_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever a page is made of: no element of two attributes stays, where one is the limit."""
    monkeypatch.setattr("nianbao.archive.long_tags.MAX_ATTRIBUTES", 1)
    random = Random(20)
    for _ in range(3000):
        page = "<body>" + "".join(random.choices(PIECES, k=random.randint(1, 14)))
        counts = count_attributes(page)
        limited = limit_attributes(page)
        assert max(count_attributes(limited)) <= 1, page
        assert len(count_attributes(limited)) == len(counts), page


# Attributes that look like ends of tags, and short tags.
ATTRIBUTE_WAYS = (
    *(
        "{} ",
        "{}/",
        "{}='>'",
        '{}=">"',
        "年{} ",
        "{}='\">'",
        '{}="\'>"',
        "{}='x\"'>y\" ",
    ),
    *(
        "\x85{} ",
        "\u2000{} ",
        "\u3000\xa0{}='>'",
    ),  # white space that is a name for a parser
    *('{}=x"> ', "{}= '\">' ", '{}=\n">"', "{}='<p a=\"b\">'", '{}="年\'年>"'),
)
# Names of attributes: letters, or white space of Unicode alone.
BLANKS = "\x1c\x1f\x85\xa0\u1680\u2000\u200a\u2028\u202f\u205f\u3000"
NAMES = (
    [f"a{number}" for number in range(90)],
    ["".join(blanks) for blanks in product(BLANKS, repeat=2)],
)
SHORT_TAGS = (
    '<p a="x">年</p>',
    "<p a='x'>年</p>",
    "<p a=\"f('x')\">年</p>",
    "<p>年</p>",
    "年",
)


def test_what_is_taken_for_short_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps and the limit are small here: most tags go over several steps."""
    most = 40
    monkeypatch.setattr("nianbao.archive.long_tags.MAX_ATTRIBUTES", most)
    random = Random(21)
    outcomes = Counter[tuple[bool, bool]]()
    for number in range(4000):
        monkeypatch.setattr("nianbao.archive.long_tags.STEP", random.choice((8, 20)))
        short_tags = "".join(random.choices(SHORT_TAGS, k=random.randint(1, 30)))
        tag = ""
        if number % 2:
            ways = random.choices(ATTRIBUTE_WAYS, k=random.choice((1, 2, 6)))
            names = random.choice(NAMES)[: random.randint(20, 90)]
            tag = f"<p {''.join(random.choice(ways).format(name) for name in names)}>"
        page = f"<body>{short_tags}{tag}{short_tags}"
        is_long = max(count_attributes(page)) > most
        may_be = may_have_many_attributes(page)
        assert may_be or not is_long, page
        outcomes[is_long, may_be] += 1
    assert min(outcomes[True, True], outcomes[False, False]) > 500, outcomes


def test_most_pages_are_known_to_have_no_long_tag() -> None:
    """Else each page would be read twice: it takes a third of a parse to look at all its tags."""
    pages = [show_inline(load_text()), *(page.decode() for _, page in make_pages(12))]
    assert not any(map(may_have_many_attributes, pages))


def test_a_report_page_says_that_attributes_were_left_out() -> None:
    text = load_text()
    whole = read(show_inline(text).encode())
    cut = read(show_inline(f"<p {ATTRIBUTES}></p>{text}").encode())
    said = [finding.rule for finding in cut.findings]
    assert said.count("attributes.cut") == 1
    assert cut.figures == whole.figures
    assert "attributes.cut" not in [finding.rule for finding in whole.findings]
