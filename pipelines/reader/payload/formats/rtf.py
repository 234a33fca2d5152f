"""RTF: the paragraphs and tables that Word shows of a Rich Text file, as HTML.

The words are those of the Rich Text Format Specification, version 1.9.1. Text that is hidden,
struck out or deleted while changes were recorded is left out; a field shows its result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from html import escape

from nianbao.archive.finding_texts import make_finding
from nianbao.archive.records import Finding
from nianbao.pipelines.reader.payload.formats.rtf_tables import RowForm, Table
from nianbao.pipelines.reader.payload.formats.rtf_tokens import (
    RtfToken,
    decode_characters,
    find_charset,
    find_code_page,
    iter_tokens,
)
from nianbao.pipelines.reader.payload.refusals import PageTooLargeError, refuse_file
from nianbao.pipelines.reader.payload.text_limits import MAX_BYTES
from nianbao.pipelines.reader.payload.word_text import NOT_STORED

_MOST_GROUPS = 500  # within one another
_MOST_TABLES = 20
_MOST_TOKENS = 1_000_000  # Word writes 200,000 for a long report
_LEFT_OUT_WORDS = """
colortbl stylesheet info pict header headerl headerr headerf footer footerl footerr footerf
ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn xe tc tcn rxe listtable listoverridetable filetbl
revtbl nonesttables nonshppict shprslt annotation atnid atnauthor upr fonttbl fldinst objdata
objclass objname objalias objsect themedata colorschememapping datastore latentstyles fldtype
template
"""
_LEFT_OUT = frozenset(_LEFT_OUT_WORDS.split())
# Destinations that a reader may not know, and that have text.
_KNOWN_STARRED = frozenset(
    ("nesttableprops", "shpinst", "do", "ud", "shptxt", "dptxbxtext", "fldinst")
)
_DRAWINGS = ("shpinst", "do")
# Texts apart from the paragraph in which they stand: boxes of text, and notes.
_APART = ("shptxt", "dptxbxtext", "footnote")
_INNER = ("fldrslt", "nesttableprops", "field")
_SIGNS = {
    "tab": "\t",
    "line": "\v",
    "softline": "\v",
    "emdash": "—",
    "endash": "–",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "bullet": "•",
    "emspace": "\u2003",
    "enspace": "\u2002",
    "qmspace": "\u2005",
}
_ESCAPED = {b"\\": "\\", b"{": "{", b"}": "}", b"~": "\u00a0", b"_": "-"}
_UNSEEN = {
    "v": "hidden",
    "deleted": "deleted",
    "strike": "struck",
    "striked": "struck",
    "mvf": "deleted",
}


@dataclass(frozen=True, slots=True)
class _State:
    """What holds within a group, and of what is in it: how its characters and paragraphs are."""

    is_left_out: bool = False
    is_shape: bool = False  # of a drawing, of which only its boxes have text
    destination: str = ""
    font: int | None = None
    replaced: int = 1  # characters that stand for one of Unicode
    hidden: bool = False
    deleted: bool = False
    struck: bool = False
    raised: bool = False
    depth: int = 0  # of tables in which the paragraph stands

    @property
    def is_seen(self) -> bool:
        return not (self.hidden or self.deleted or self.struck)


def convert_rtf(payload: bytes) -> tuple[str, tuple[Finding, ...]]:
    """Return the text of a Rich Text file as HTML, and the finding on one that was cut off.

    Of that the paragraph is left out in which it ends: a number can lack digits. Raises
    UnreadableFileError for groups within groups without end, PageTooLargeError for more text or
    words than a report has.
    """
    reader = _RtfReader(len(payload))
    for number, token in enumerate(iter_tokens(payload)):
        if number > _MOST_TOKENS:
            raise PageTooLargeError(len(payload), number)
        reader.take(token)
    if not reader.is_open:
        return reader.finish(), ()
    cut = make_finding("page.cut_off", "warning", {"place": "group"})
    return reader.finish(), (cut,)


@dataclass(slots=True)
class _Flow:
    """A text from its beginning to its end: the body, a box of text, or a note."""

    blocks: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)  # of the paragraph at hand
    tables: list[Table] = field(default_factory=list)
    row_forms: dict[int, RowForm] = field(default_factory=dict)  # by depth
    boxes: list[str] = field(default_factory=list)  # of the paragraph at hand


class _RtfReader:
    """Reads the tokens of a file one after the other."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._state = _State()
        self._outer_states: list[_State] = []
        self._is_starred = False
        self._code_page = "cp1252"
        self._fonts: dict[int, str | None] = {}
        self._default_font: int | None = None
        self._characters: list[bytes] = []  # not yet decoded
        self._units: list[int] = []  # of UTF-16, not yet joined
        self._to_skip = 0  # characters that stand for one of Unicode
        self._flow = _Flow()
        self._outer_flows: list[_Flow] = []
        self._notes: list[str] = []
        self._length = 0
        self._instruction = ""
        self._result_start: int | None = None
        self._words = self._list_words()

    @property
    def is_open(self) -> bool:
        """Whether a group has not ended yet."""
        return bool(self._outer_states)

    def finish(self) -> str:
        """Return what was read, as HTML, without the paragraphs in which the file was cut off."""
        if self.is_open:
            self._flush()
            for flow in (*self._outer_flows, self._flow):
                flow.pieces.clear()
        while self._outer_flows:
            self._end_flow("")
        return self._close_flow() + "".join(self._notes)

    def take(self, token: RtfToken) -> None:
        """Read a token."""
        if token.brace:
            self._flush()
            self._to_skip = 0
            self._take_brace(token.brace)
        elif token.sign:
            self._take_sign(token.sign)
        elif token.word:
            self._take_word(token.word, token.number)
        elif token.characters:
            self._take_characters(token.characters)

    # --- groups -------------------------------------------------------------------------------

    def _take_brace(self, brace: bytes) -> None:
        self._is_starred = False
        if brace == b"{":
            if len(self._outer_states) >= _MOST_GROUPS:
                raise refuse_file(
                    "file.damaged",
                    "cannot_open",
                    kind="an RTF",
                    bytes=self._size,
                    reason="groups",
                )
            self._outer_states.append(self._state)
            destination = "fldinst" if self._state.destination == "fldinst" else ""
            self._state = replace(self._state, destination=destination)
        elif self._outer_states:
            self._end_destination(self._state.destination)
            self._state = self._outer_states.pop()

    def _begin_destination(self, word: str) -> bool:
        """Take a word that begins a destination; tell whether it does."""
        state = self._state
        if self._is_starred and word not in _KNOWN_STARRED:
            self._state = replace(state, is_left_out=True)
        elif word in _LEFT_OUT:
            self._state = replace(state, is_left_out=True, destination=word)
        elif word == "ud":
            self._state = replace(state, is_left_out=self._is_outer_left_out())
        elif word in _DRAWINGS:
            self._state = replace(state, is_shape=True)
        elif word in _APART and not state.is_left_out:
            self._state = replace(state, is_shape=False, destination=word, depth=0)
            self._outer_flows.append(self._flow)
            self._flow = _Flow()
        elif word in _INNER:
            self._state = replace(state, destination=word)
            self._begin_field(word)
        else:
            return False
        self._is_starred = False
        return True

    def _begin_field(self, word: str) -> None:
        if word == "field":
            self._instruction = ""
            self._result_start = None
        elif word == "fldrslt":
            self._result_start = len(self._flow.pieces)

    def _is_outer_left_out(self) -> bool:
        """Tell whether the group around \\upr is left out."""
        return len(self._outer_states) > 1 and self._outer_states[-2].is_left_out

    def _end_destination(self, destination: str) -> None:
        if destination in _APART:
            self._end_flow(destination)
        elif destination == "field" and self._instruction.strip().startswith("="):
            result = self._flow.pieces[self._result_start :]
            if self._result_start is None or not "".join(result).strip():
                self._flow.pieces.append(NOT_STORED)
            self._instruction = ""

    def _end_flow(self, destination: str) -> None:
        """End a box of text or a note, and go on with the text around it."""
        markup = self._close_flow()
        self._flow = self._outer_flows.pop()
        places = self._notes if destination == "footnote" else self._flow.boxes
        places.append(markup)

    def _close_flow(self) -> str:
        self._set(depth=0)
        self._end_paragraph()
        return "".join(self._flow.blocks)

    # --- words --------------------------------------------------------------------------------

    def _list_words(self) -> dict[str, Callable[[int | None], None]]:
        """Return the words that do something but set how characters are."""
        return {
            "par": lambda _: self._end_paragraph(),
            "sect": lambda _: self._end_paragraph(),
            "page": lambda _: self._end_paragraph(),
            "cell": lambda _: self._end_cell(1),
            "nestcell": lambda _: self._end_cell(self._state.depth),
            "row": lambda _: self._end_row(1),
            "nestrow": lambda _: self._end_row(self._state.depth),
            "trowd": lambda _: self._begin_row(),
            "trleft": self._set_left,
            "cellx": lambda number: self._get_row_form().end_cell(number or 0),
            "clvmgf": lambda _: self._mark_cell("begins_down"),
            "clvmrg": lambda _: self._mark_cell("goes_on_down"),
            "clmrg": lambda _: self._mark_cell("goes_on_across"),
            "pard": lambda _: self._set(depth=0),
            "intbl": lambda _: self._set(depth=max(self._state.depth, 1)),
            "itap": lambda number: self._set(depth=min(number or 0, _MOST_TABLES)),
            "plain": lambda _: self._reset_characters(),
            "super": lambda number: self._set(raised=number != 0),
            "sub": lambda number: self._set(raised=number != 0),
            "nosupersub": lambda _: self._set(raised=False),
            "up": lambda number: self._set(raised=number != 0),
            "dn": lambda number: self._set(raised=number != 0),
            "f": lambda number: self._set(font=number),
            "uc": lambda number: self._set(replaced=max(number or 0, 0)),
            "u": self._take_unit,
            "deff": self._set_default_font,
            "ansicpg": self._set_code_page,
            "fcharset": self._set_charset,
        }

    def _take_word(self, word: str, number: int | None) -> None:
        if self._to_skip > 0 and word not in ("u", "uc"):
            self._to_skip = 0
        if word != "u":
            self._flush()
        if self._begin_destination(word):
            return
        self._is_starred = False
        if word in _UNSEEN:
            self._set(**{_UNSEEN[word]: number != 0})
        elif word in _SIGNS:
            self._add(_SIGNS[word])
        elif word in self._words and self._counts(word):
            self._words[word](number)

    def _counts(self, word: str) -> bool:
        """Tell whether a word counts where it stands: one that ends something does not in what
        is left out.
        """
        return not self._state.is_left_out or word in ("f", "uc", "u", "fcharset")

    def _set(self, **changes: object) -> None:
        self._state = replace(self._state, **changes)  # type: ignore[arg-type]

    def _reset_characters(self) -> None:
        self._set(hidden=False, deleted=False, struck=False, raised=False)
        self._set(font=self._default_font)

    def _set_default_font(self, number: int | None) -> None:
        self._default_font = number
        self._set(font=number)

    def _set_code_page(self, number: int | None) -> None:
        self._code_page = find_code_page(number or 0)

    def _set_charset(self, number: int | None) -> None:
        """Note the charset of a font, in the table of fonts."""
        if self._state.font is not None and self._state.is_left_out:
            self._fonts[self._state.font] = find_charset(number or 0)

    # --- characters ---------------------------------------------------------------------------

    def _take_sign(self, sign: bytes) -> None:
        if sign == b"*":
            self._is_starred = True
        elif sign in (b"\r", b"\n"):
            self._take_word("par", None)
        elif sign in _ESCAPED:
            if self._to_skip:
                self._to_skip -= 1
                return
            self._flush()
            self._add(_ESCAPED[sign])

    def _take_characters(self, characters: bytes) -> None:
        self._is_starred = False
        if self._state.is_left_out and self._state.destination != "fldinst":
            return
        count = min(self._to_skip, len(characters))
        self._to_skip -= count
        if count < len(characters):
            self._flush_units()
            self._characters.append(characters[count:])

    def _take_unit(self, number: int | None) -> None:
        """Take a unit of UTF-16, and pass over what stands for it."""
        self._flush_characters()
        self._units.append((number or 0) % 0x10000)
        self._to_skip = self._state.replaced

    def _flush(self) -> None:
        """Decode what was read so far: what follows can be of another font."""
        self._flush_characters()
        self._flush_units()

    def _flush_characters(self) -> None:
        if not self._characters:
            return
        font = self._state.font
        codec = self._fonts.get(font) if font is not None else None
        characters = b"".join(self._characters)
        self._characters.clear()
        self._add(decode_characters(characters, codec, self._code_page))

    def _flush_units(self) -> None:
        if not self._units:
            return
        encoded = b"".join(unit.to_bytes(2, "little") for unit in self._units)
        self._units.clear()
        self._add(encoded.decode("utf-16-le", "replace"))

    def _add(self, text: str) -> None:
        """Add text to the paragraph at hand, where it is seen."""
        state = self._state
        if state.destination == "fldinst":
            self._instruction += text
        if state.is_left_out or state.is_shape or not state.is_seen:
            return
        markup = escape(text).replace("\v", "<br>")
        self._flow.pieces.append(f"<sup>{markup}</sup>" if state.raised else markup)
        self._length += len(markup)
        if self._length > MAX_BYTES:
            raise PageTooLargeError(self._length, 0)

    # --- paragraphs and tables ----------------------------------------------------------------

    def _end_paragraph(self) -> None:
        self._flush()
        flow = self._flow
        self._open_tables(self._state.depth)
        if flow.pieces:
            self._blocks.append(f"<p>{''.join(flow.pieces)}</p>")
            flow.pieces.clear()
        self._blocks.extend(flow.boxes)
        flow.boxes.clear()

    @property
    def _blocks(self) -> list[str]:
        """Where the next paragraph stands: in the innermost cell, or in the text itself."""
        tables = self._flow.tables
        return tables[-1].blocks if tables else self._flow.blocks

    def _open_tables(self, depth: int) -> None:
        """Make the tables at hand as many as the paragraph stands in."""
        tables = self._flow.tables
        while len(tables) > depth:
            table = tables.pop()
            table.end_row(self._flow.row_forms.get(len(tables) + 1, RowForm()))
            self._blocks.append(table.write())
        while len(tables) < depth:
            tables.append(Table())

    def _end_cell(self, depth: int) -> None:
        self._set(depth=max(depth, 1))
        self._end_paragraph()
        self._flow.tables[-1].end_cell()

    def _end_row(self, depth: int) -> None:
        self._flush()
        depth = max(depth, 1)
        self._open_tables(depth)
        row_form = self._flow.row_forms.get(depth, RowForm())
        self._flow.tables[-1].end_row(row_form)

    def _get_row_form(self) -> RowForm:
        """Return how the cells of the row at hand are said to be."""
        return self._flow.row_forms.setdefault(self._find_row_depth(), RowForm())

    def _find_row_depth(self) -> int:
        """Return the depth of the table whose rows are described."""
        is_nested = self._state.destination == "nesttableprops"
        return self._state.depth if is_nested else 1

    def _begin_row(self) -> None:
        self._flow.row_forms[self._find_row_depth()] = RowForm()

    def _set_left(self, number: int | None) -> None:
        self._get_row_form().left = number or 0

    def _mark_cell(self, mark: str) -> None:
        setattr(self._get_row_form().next_cell, mark, True)
