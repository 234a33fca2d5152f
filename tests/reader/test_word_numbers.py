"""The numbers of lists in Word stand before their paragraphs as Word prints them, or not at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

import pytest

from nianbao.pipelines.reader import read
from nianbao.pipelines.reader.payload.decode import decode_payload
from tests.reader import office_parts
from tests.reader import report_files as files

FORMS = (
    "decimal",
    "chineseCounting",
    "chineseCountingThousand",
    "japaneseCounting",
    "upperLetter",
    "lowerRoman",
    "decimalEnclosedCircle",
    "ideographTraditional",
    "bullet",
)
AROUND = ("%{}、", "（%{}）", "%{}.", "第%{}章")
KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml.numbering+xml"


def level(number: int, form: str, text: str, more: str = "", start: int = 1) -> str:
    return (
        f'<w:lvl w:ilvl="{number}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>'
        f'{more}<w:suff w:val="space"/><w:lvlText w:val="{text}"/></w:lvl>'
    )


def definition(name: int, *levels: str) -> str:
    return f'<w:abstractNum w:abstractNumId="{name}">{"".join(levels)}</w:abstractNum>'


def numbered(name: int, of: int = 0, override: str = "") -> str:
    if override:
        override = f'<w:lvlOverride w:ilvl="0">{override}</w:lvlOverride>'
    return f'<w:num w:numId="{name}"><w:abstractNumId w:val="{of}"/>{override}</w:num>'


def item(text: str, number: int, depth: int = 0, mark: str = "") -> str:
    return (
        f'<w:p><w:pPr><w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>'
        f"<w:rPr>{mark}</w:rPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"
    )


def styled(text: str, style: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'


def write_word(content: str, numbering: str, styles: str = "") -> bytes:
    """A Word file with lists, as other programs open it too."""
    parts = files.list_docx_parts(content)
    edits = (
        (
            "[Content_Types].xml",
            "</Types>",
            f'<Override PartName="/word/numbering.xml" ContentType="{KIND}"/>',
        ),
        (
            "word/_rels/document.xml.rels",
            "</Relationships>",
            f'<Relationship Id="lists" Type="{office_parts.R}/numbering" Target="numbering.xml"/>',
        ),
        ("word/styles.xml", "</w:styles>", styles),
    )
    for name, end, added in edits:
        part = parts[name]
        assert isinstance(part, bytes)
        parts[name] = part.replace(end.encode(), f"{added}{end}".encode())
    parts["word/numbering.xml"] = (
        f'<w:numbering xmlns:w="{office_parts.W}">{numbering}</w:numbering>'
    )
    return office_parts.write_zip(parts)


def list_lines(payload: bytes) -> list[str]:
    text = re.sub("<[^<>]*>", "\n", decode_payload(payload).text)
    return [line for line in map(str.strip, text.split("\n")) if line]


PLAIN = definition(
    0,
    level(0, "chineseCounting", "%1、"),
    level(1, "decimal", "%1.%2"),
    level(2, "decimal", "%3."),
)
OTHER = level(0, "decimal", "%1)")
LISTS = (
    PLAIN
    + numbered(1)
    + numbered(2)
    + numbered(3, override='<w:startOverride w:val="5"/>')
)
STYLES = (
    '<w:style w:type="paragraph" w:styleId="h1"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="h2"><w:basedOn w:val="h1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="no"><w:basedOn w:val="h1"/><w:pPr><w:numPr><w:numId w:val="0"/></w:numPr></w:pPr></w:style>'
)
CASES: dict[str, tuple[str, Sequence[str], Sequence[str]]] = {
    "one after the other": (LISTS, [item("a", 1), item("b", 1)], ["一、a", "二、b"]),
    "a list shares its counter": (LISTS, [item("a", 1), item("b", 2)], ["一、a", "二、b"]),
    "a list begins anew": (LISTS, [item("a", 1), item("b", 3), item("c", 3)], ["一、a", "五、b", "六、c"]),
    "levels": (LISTS, [item("a", 1), item("b", 1, 1), item("c", 1, 1), item("d", 1, 2), item("e", 1), item("f", 1, 1)], ["一、a", "一.1 b", "一.2 c", "1. d", "二、e", "二.1 f"]),
    "twenty-one": (definition(0, level(0, "chineseCounting", "（%1）", start=19)) + numbered(1), [item(each, 1) for each in "abc"], ["（十九）a", "（二十）b", "（二十一）c"]),
    "styles": (LISTS, [styled("a", "h1"), styled("b", "h2"), styled("c", "no"), item("d", 1)], ["一、a", "二、b", "c", "三、d"]),
    "hidden marks": (LISTS, [item("a", 1, mark="<w:vanish/>"), item("b", 1)], ["a", "一、b"]),
    "deleted marks": (LISTS, [item("a", 1, mark="<w:del/>"), item("b", 1, mark="<w:del/>"), item("c", 1), item("d", 1)], ["一、abc", "二、d"]),
    "no list": (LISTS, [item("a", 0), item("b", 9)], ["a", "b"]),
    "bullets": (definition(0, level(0, "bullet", "·")) + numbered(1), [item("a", 1)], ["a"]),
    "what stands above has not begun": (LISTS, [item("a", 1, 1), item("b", 1), item("c", 1)], ["a", "b", "c"]),
    "a format that is not known": (definition(0, level(0, "hebrew1", "%1.")) + numbered(1), [item("a", 1)], ["a"]),
    "more than is sure": (definition(0, level(0, "chineseCounting", "%1、", start=99)) + numbered(1), [item("a", 1), item("b", 1)], ["九十九、a", "b"]),
    "levels of its own": (PLAIN + numbered(1) + numbered(2, override=OTHER), [item("a", 1), item("b", 2)], ["a", "b"]),
    "restarts of its own": (definition(0, level(0, "decimal", "%1.", '<w:lvlRestart w:val="0"/>')) + numbered(1), [item("a", 1)], ["a"]),
    "a level that no list has": (LISTS, [item("a", 1, 999_999_999), item("b", 1)], ["a", "一、b"]),
    "a text without end": (definition(0, level(0, "decimal", "%1." * 50)) + numbered(1), [item("a", 1)], ["a"]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_numbers_of_lists(name: str) -> None:
    numbering, paragraphs, expected = CASES[name]
    payload = write_word("".join(paragraphs), numbering, STYLES)
    assert list_lines(payload) == expected


def test_chapters_that_word_numbers_are_those_of_the_report() -> None:
    blocks = files.list_blocks(
        files.pick_reports()[0], "来源：县局    时间：2022-05-18"
    )
    written = []
    for block in blocks:
        match = isinstance(block, str) and re.match("[一二三四五六]、", block)
        if match and isinstance(block, str):
            written.append(item(block[2:], 1))
        else:
            written.append(files.write_word_block(block))
    file = read(write_word("".join(written), LISTS))
    page = read(files.write_docx(blocks))
    assert len(page.sections) == 7
    assert (file.text, file.sections) == (page.text, page.sections)


def write_random_lists(random: Random) -> bytes:
    """Lists of two definitions with three levels each, that go on and begin anew."""
    numbering = ""
    for name in range(2):
        levels = []
        for number in range(3):
            form = random.choice(FORMS)
            text = random.choice(AROUND).format(number + 1)
            if number and random.random() < 0.4:
                text = ".".join(f"%{each + 1}" for each in range(number + 1))
            text = "·" if form == "bullet" else text
            levels.append(level(number, form, text, start=random.choice((1, 1, 3))))
        numbering += definition(name, *levels)
    restart = '<w:startOverride w:val="1"/>'
    for number in range(1, 5):
        numbering += numbered(number, number % 2, restart if number == 3 else "")
    content = ""
    for number in range(25):
        depth = random.choice((0, 0, 0, 1, 1, 2))
        content += item(f"T{number}", random.choice((1, 1, 1, 2, 3, 4, 0)), depth)
    return write_word(content, numbering)
