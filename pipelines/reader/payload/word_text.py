"""What a person sees of a Word file: its parts without hidden, struck and deleted text.

Word keeps text that it does not show: hidden by the run or by its style, struck out, deleted or
moved away while changes were recorded. Fields show their stored result.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import TypeAlias

from lxml import etree

from nianbao.pipelines.reader.payload.refusals import PageTooLargeError
from nianbao.pipelines.reader.payload.text_limits import MAX_TAGS
from nianbao.pipelines.reader.payload.word_numbers import NumberWriter

Element: TypeAlias = etree._Element

NOT_STORED = "[公式]"  # what stands for a formula whose result the file does not hold

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_READ_PARTS = re.compile(r"word/(?:document|footnotes|endnotes)\d*\.xml")
_STYLES = "word/styles.xml"
_BODY = "word/document"
_NUMBERING = "word/numbering.xml"
_NO_NUMBERING = f'<w:numbering xmlns:w="{_W[1:-1]}"/>'.encode()
_MEDIA = "word/media/"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
_HIDING = ("vanish", "specVanish", "strike", "dstrike")
_OFF = frozenset(("0", "false", "off"))
_GONE = ("del", "moveFrom", "rt")
_WRAPPERS = ("fldSimple", "customXml", "smartTag", "dir", "bdo", "ruby", "rubyBase")
_MOST_PARENTS = 20  # styles that a style is based on, one after the other


def show_word_file(payload: bytes) -> bytes:
    """Return a DOCX whose parts hold only the text that Word shows.

    Raises PageTooLargeError for parts with more tags than a report has.
    """
    shown = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(payload)) as source:
        hiding_styles = _find_hiding_styles(source)
        numbers = _read_numbering(source)
        with zipfile.ZipFile(shown, "w") as target:
            for part in source.infolist():
                if part.filename.startswith(_MEDIA):
                    continue
                content = source.read(part)
                tag_count = content.count(b"<")
                if tag_count > MAX_TAGS and part.filename.endswith(".xml"):
                    raise PageTooLargeError(len(content), tag_count)
                if _READ_PARTS.fullmatch(part.filename):
                    is_body = part.filename.startswith(_BODY)
                    content = _show_part(
                        content, hiding_styles, numbers if is_body else None
                    )
                elif part.filename == _NUMBERING:
                    content = _NO_NUMBERING  # they are written out
                target.writestr(part.filename, content)
    return shown.getvalue()


def _find_hiding_styles(source: zipfile.ZipFile) -> frozenset[str]:
    """Return the ids of the styles whose text is hidden or struck out."""
    if _STYLES not in source.namelist():
        return frozenset()
    root = etree.fromstring(source.read(_STYLES), _PARSER)
    parents: dict[str, str] = {}
    own: dict[str, bool | None] = {}
    for style in _iter_elements(root, "style"):
        identifier = _get(style, "styleId")
        own[identifier] = _read_hiding(_find_child(style, "rPr"))
        parent = _find_child(style, "basedOn")
        if parent is not None:
            parents[identifier] = _get(parent, "val")
    return frozenset(name for name in own if _is_hiding(name, own, parents))


def _is_hiding(name: str, own: dict[str, bool | None], parents: dict[str, str]) -> bool:
    """Tell whether a style, or the nearest one below it that says so, hides its text."""
    for _ in range(_MOST_PARENTS):
        hiding = own.get(name)
        if hiding is not None:
            return hiding
        if name not in parents:
            return False
        name = parents[name]
    return False


def _read_numbering(source: zipfile.ZipFile) -> NumberWriter | None:
    """Return what writes out the numbers of lists; None for a file without."""
    names = source.namelist()
    if _NUMBERING not in names:
        return None
    parts = [source.read(name) for name in (_NUMBERING, _STYLES) if name in names]
    for content in parts:
        if content.count(b"<") > MAX_TAGS:
            raise PageTooLargeError(len(content), content.count(b"<"))
    roots = [etree.fromstring(content, _PARSER) for content in parts]
    return NumberWriter(roots[0], roots[1] if len(roots) > 1 else None)


def _show_part(
    content: bytes, hiding_styles: frozenset[str], numbers: NumberWriter | None
) -> bytes:
    root = etree.fromstring(content, _PARSER)
    for element in list(_iter_elements(root, *_GONE)):
        if _local_name(element.getparent()) not in ("rPr", "trPr", "pPr"):
            _remove(element)
    for run in list(_iter_elements(root, "r")):
        if _is_hidden_run(run, hiding_styles):
            _remove_text(run)
        else:
            _remove_struck_mark(run)
            _mark_raised(run)
    for row in list(_iter_elements(root, "tr")):
        if _is_gone_row(row):
            _remove(row)
    _lift_text_boxes(root)
    _write_out_formulas(root)
    if numbers is not None:
        numbers.write(root)
    for element in list(_iter_elements(root, *_WRAPPERS)):
        _unwrap(element)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _lift_text_boxes(root: Element) -> None:
    """Put what boxes of text hold behind the paragraphs in which they are anchored.

    Word writes a box twice, as a drawing and for older programs; it is taken once.
    """
    for alternatives in list(root.iter(_MC + "AlternateContent")):
        _choose_alternative(alternatives)
    for box in reversed(list(_iter_elements(root, "txbxContent"))):
        paragraph = next(_iter_ancestors(box, "p"), None)
        if paragraph is None:
            continue
        for block in reversed(list(box)):
            paragraph.addnext(block)
        _remove(box)


def _choose_alternative(alternatives: Element) -> None:
    """Put the first alternative that has text in the place of all; else the last one."""
    parts = list(alternatives.iterchildren(_MC + "Choice", _MC + "Fallback"))
    with_text = filter(_has_text, parts)
    alternative = next(with_text, parts[-1] if parts else None)
    for part in parts:
        if part is not alternative:
            alternatives.remove(part)
    if alternative is not None:
        _unwrap(alternative)
    _unwrap(alternatives)


def _is_hidden_run(run: Element, hiding_styles: frozenset[str]) -> bool:
    """Tell whether a run is hidden or struck out: by itself, else by a style."""
    properties = _find_child(run, "rPr")
    hiding = _read_hiding(properties)
    if hiding is not None:
        return hiding
    if not hiding_styles:
        return False
    paragraph = next(_iter_ancestors(run, "p"), None)
    paragraph_properties = _find_child(paragraph, "pPr")
    styles = (
        _find_child(properties, "rStyle"),
        _find_child(paragraph_properties, "pStyle"),
    )
    return any(
        style is not None and _get(style, "val") in hiding_styles for style in styles
    )


def _read_hiding(properties: Element | None) -> bool | None:
    """Return whether properties hide text; None where they do not say."""
    hiding = None
    for name in _HIDING:
        element = _find_child(properties, name)
        if element is None:
            continue
        if _get(element, "val").lower() not in _OFF:
            return True
        hiding = False
    return hiding


def _is_gone_row(row: Element) -> bool:
    """Tell whether a table row is deleted or hidden."""
    properties = _find_child(row, "trPr")
    if _find_child(properties, "del") is not None:
        return True
    hidden = _find_child(properties, "hidden")
    return hidden is not None and _get(hidden, "val").lower() not in _OFF


def _remove_text(run: Element) -> None:
    """Remove what a run shows; the marks of a field stay, so that it ends where it did."""
    for child in list(run):
        if _local_name(child) not in ("rPr", "fldChar", "instrText"):
            run.remove(child)


def _remove_struck_mark(run: Element) -> None:
    """Remove what says that a run is not struck out: its mere presence is taken for a stroke."""
    properties = _find_child(run, "rPr")
    strike = _find_child(properties, "strike")
    if strike is not None:
        _remove(strike)


def _mark_raised(run: Element) -> None:
    """Say of a run that its position raises that it is raised: then it is taken for a mark."""
    properties = _find_child(run, "rPr")
    position = _find_child(properties, "position")
    if properties is None or position is None:
        return
    is_raised = _get(position, "val") not in ("", "0")
    if is_raised and _find_child(properties, "vertAlign") is None:
        name = str(position.tag).replace("position", "vertAlign")
        namespace = name.removesuffix("vertAlign")
        etree.SubElement(properties, name).set(namespace + "val", "superscript")


def _write_out_formulas(root: Element) -> None:
    """Say in the place of a formula without a stored result that it was not read."""
    for field in list(_iter_elements(root, "fldSimple")):
        if _is_formula(_get(field, "instr")) and not _has_text(field):
            _append_text(field, NOT_STORED)
    for paragraph in list(_iter_elements(root, "p")):
        runs = list(_iter_elements(paragraph, "r"))
        instructions = _iter_elements(paragraph, "instrText")
        if not _is_formula("".join(part.text or "" for part in instructions)):
            continue
        if not any(map(_has_text, runs)):
            _append_text(paragraph, NOT_STORED)


def _is_formula(instruction: str) -> bool:
    return instruction.strip().startswith("=")


def _has_text(element: Element) -> bool:
    return any((part.text or "").strip() for part in _iter_elements(element, "t"))


def _append_text(element: Element, text: str) -> None:
    namespace = str(element.tag).partition("}")[0] + "}"
    run = etree.SubElement(element, namespace + "r")
    etree.SubElement(run, namespace + "t").text = text


def _unwrap(element: Element) -> None:
    """Put what an element holds in its place."""
    parent = element.getparent()
    if parent is None:
        return
    for child in list(element):
        element.addprevious(child)
    parent.remove(element)


def _remove(element: Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _iter_elements(root: Element, *names: str) -> Iterator[Element]:
    for name in names:
        yield from root.iter(_W + name, _STRICT + name)


def _iter_ancestors(element: Element, name: str) -> Iterator[Element]:
    return element.iterancestors(_W + name, _STRICT + name)


def _find_child(element: Element | None, name: str) -> Element | None:
    if element is None:
        return None
    return next(element.iterchildren(_W + name, _STRICT + name), None)


def _get(element: Element, name: str) -> str:
    return element.get(_W + name) or element.get(_STRICT + name) or ""


def _local_name(element: Element | None) -> str:
    return "" if element is None else str(element.tag).rpartition("}")[2]
