"""The XML of Word: that of Word 2003 (WordML), and a DOCX in one file (flat OPC), made a DOCX.

WordML has the elements of a DOCX with few other names; what was put in or deleted while changes
were recorded stands in annotations.
"""

from __future__ import annotations

import base64
import binascii
from copy import deepcopy

from lxml import etree

from nianbao.pipelines.reader.payload.refusals import refuse_file
from nianbao.pipelines.reader.payload.zip_parts import Element, write_zip

_W = "{http://schemas.microsoft.com/office/word/2003/wordml}"
_WX = "{http://schemas.microsoft.com/office/word/2003/auxHint}"
_AML = "{http://schemas.microsoft.com/aml/2001/core}"
_PKG = "{http://schemas.microsoft.com/office/2006/xmlPackage}"
_DOCX_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_DOCX = f"{{{_DOCX_NAMESPACE}}}"
_CHANGES = {"Word.Insertion": "ins", "Word.Deletion": "del"}
_OTHER_NAMES = {"vmerge": "vMerge", "hmerge": "hMerge"}
_BLOCKS_AROUND = ("sect", "sub-section")
_OFFICE_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_RELATION_TYPE = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}"
)
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_CONTENT_TYPES = (
    f'<Types xmlns="{_TYPES}">'
    '<Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml"'
    f' ContentType="{_OFFICE_TYPE}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_OFFICE_TYPE}.styles+xml"/>'
    "</Types>"
)


def is_flat_package(root: Element) -> bool:
    """Tell a DOCX or XLSX in one XML file from other XML."""
    return root.tag == _PKG + "package"


def is_word_xml(root: Element) -> bool:
    """Tell the XML of Word 2003 from other XML."""
    return root.tag == _W + "wordDocument"


def unpack_flat_package(root: Element) -> bytes:
    """Return the file whose parts stand in one XML file."""
    parts: dict[str, bytes] = {}
    for part in root.iterchildren(_PKG + "part"):
        name = part.get(_PKG + "name", "").lstrip("/")
        tree = part.find(_PKG + "xmlData")
        if tree is not None and len(tree):
            parts[name] = etree.tostring(tree[0], encoding="UTF-8")
        else:
            parts[name] = _decode_part(part.findtext(_PKG + "binaryData") or "")
    if "[Content_Types].xml" not in parts:
        parts["[Content_Types].xml"] = _list_content_types(root)
    return write_zip(parts)


def _decode_part(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except binascii.Error:
        return b""


def _list_content_types(root: Element) -> bytes:
    types = etree.Element(f"{{{_TYPES}}}Types")
    for part in root.iterchildren(_PKG + "part"):
        override = etree.SubElement(types, f"{{{_TYPES}}}Override")
        override.set("PartName", part.get(_PKG + "name", ""))
        override.set("ContentType", part.get(_PKG + "contentType", ""))
    return etree.tostring(types)


def convert_word_xml(root: Element, size: int) -> bytes:
    """Return a document of Word 2003 as a DOCX. Raises UnreadableFileError where it has no body."""
    body = root.find(_W + "body")
    if body is None:
        raise refuse_file(
            "file.damaged",
            "cannot_open",
            kind="an XML file of Word",
            bytes=size,
            reason="no body",
        )
    _accept_changes(body)
    _write_out_numbers(body)
    _move_notes(body)
    _unwrap_sections(body)
    parts = {
        "[Content_Types].xml": _CONTENT_TYPES.encode(),
        "_rels/.rels": _relate("officeDocument", "word/document.xml"),
        "word/_rels/document.xml.rels": _relate("styles", "styles.xml"),
        "word/document.xml": _write_part("document", body),
        "word/styles.xml": _write_part(
            "styles", *root.iterfind(f"{_W}styles/{_W}style")
        ),
    }
    return write_zip(parts)


def _relate(kind: str, target: str) -> bytes:
    relation = f'Id="r1" Type="{_RELATION_TYPE.format(kind)}" Target="{target}"'
    return (
        f'<Relationships xmlns="{_RELATIONS}"><Relationship {relation}/></Relationships>'
    ).encode()


def _accept_changes(body: Element) -> None:
    """Put what stands in annotations where a DOCX has it: inserted or deleted."""
    for annotation in list(body.iter(_AML + "annotation")):
        parent = annotation.getparent()
        change = _CHANGES.get(annotation.get(_W + "type", ""))
        content = annotation.find(_AML + "content")
        if parent is None:
            continue
        if change is not None and content is not None:
            wrapper = etree.Element(_W + change)
            wrapper.extend(list(content))
            annotation.addprevious(wrapper)
        elif change == "del" and parent.tag == _W + "trPr":
            annotation.addprevious(etree.Element(_W + "del"))
        parent.remove(annotation)


def _write_out_numbers(body: Element) -> None:
    """Put the number of a list's paragraph, which the file holds as a hint, before its text."""
    for hint in body.iter(_WX + "t"):
        properties = next(hint.iterancestors(_W + "pPr"), None)
        number = hint.get(_WX + "val", "")
        if properties is None or not number:
            continue
        run = etree.Element(_W + "r")
        etree.SubElement(run, _W + "t").text = number
        properties.addnext(run)


def _move_notes(body: Element) -> None:
    """Put the notes, which stand within the runs that refer to them, at the end of the body."""
    for note in list(body.iter(_W + "footnote", _W + "endnote")):
        parent = note.getparent()
        if parent is not None and parent.tag == _W + "r":
            for paragraph in note.iterchildren(_W + "p"):
                body.append(deepcopy(paragraph))
            parent.remove(note)


def _unwrap_sections(body: Element) -> None:
    names = [_WX + name for name in _BLOCKS_AROUND]
    for section in list(body.iter(*names)):
        parent = section.getparent()
        if parent is not None:
            for child in list(section):
                section.addprevious(child)
            parent.remove(section)


def _write_part(name: str, *elements: Element) -> bytes:
    """Return a part of a DOCX with some elements of WordML in it."""
    root = etree.Element(_DOCX + name, nsmap={"w": _DOCX_NAMESPACE})
    root.extend([deepcopy(element) for element in elements])
    for element in root.iter("*"):
        _rename(element)
    etree.cleanup_namespaces(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _rename(element: Element) -> None:
    """Give an element of WordML and its attributes the names that they have in a DOCX."""
    tag = str(element.tag)
    if tag.startswith(_W):
        name = tag.removeprefix(_W)
        element.tag = _DOCX + _OTHER_NAMES.get(name, name)
    for attribute, value in list(element.attrib.items()):
        if str(attribute).startswith(_W):
            del element.attrib[attribute]
            element.set(_DOCX + str(attribute).removeprefix(_W), value)
