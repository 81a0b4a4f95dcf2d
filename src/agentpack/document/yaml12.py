"""YAML as Claude Code reads it: texts to values, each top-level key with its place."""

from __future__ import annotations

from agentpack.document.fault import YamlError
from agentpack.document.flow import FlowParser
from agentpack.document.keys import Entry, Keys
from agentpack.document.scalars import Properties, Value, key_text
from agentpack.document.versions import NEWEST
from agentpack.lazy import lazy

_TAB_LINE = lazy(r"[\r\n]\t")


def mapping(text: str, client: str = NEWEST) -> Keys | None:
    """The keys of `text`; None where it is YAML and not one mapping.

    Raises:
        YamlError: it is not YAML.
    """
    parser = _Parser(text, client)
    try:
        return parser.document()
    except RecursionError:
        raise parser.fault("nested too deeply") from None


def is_list(text: str, client: str = NEWEST) -> bool:
    """Whether `text` is a list.

    Raises:
        YamlError: it is not YAML.
    """
    parser = _Parser(text, client)
    try:
        return isinstance(parser.value(), list)
    except RecursionError:
        raise parser.fault("nested too deeply") from None


class _Parser(FlowParser):
    def __init__(self, text: str, client: str) -> None:
        super().__init__(text, client)
        self._places: dict[str, int] | None = None
        self._repeated: list[tuple[str, int]] = []
        self._in_list_key = 0

    def value(self) -> Value:
        """The value of the only document; None where there are several."""
        if self.peek() == "\ufeff":
            self.pos = self.line_start = 1
        self.skip()
        if self.pos >= self.end:
            return None
        value = None if self.document_end() else self._node(-1, inline=False)
        self.skip()
        several = False
        while self.pos < self.end:
            if not self.document_end():
                raise self.fault("text that belongs to nothing")
            self.pos += 3
            if not self.skip() and self.pos < self.end:
                raise self.fault("text behind '...'")
            if self.pos < self.end:
                several = True
                self._anchors = {}
                if not self.document_end():
                    self._node(-1, inline=False)
                    self.skip()
        return None if several else value

    def document(self) -> Keys | None:
        value = self.value()
        places = self._places or {}
        if not self.text.strip(" \t\r\n") or value is None:
            return Keys({}, [])
        if not isinstance(value, dict):
            return None
        entries = {key: Entry(part, places.get(key, 0)) for key, part in value.items()}
        return Keys(entries, self._repeated)

    def _node(self, parent: int, *, inline: bool, key: bool = False) -> Value:
        """What stands here, deeper than `parent`; the scanner is at its first word.

        Args:
            inline: it follows a key on the key's line, where no further key may stand.
            key: it is a key's value, whose list may stand no deeper than the key.
        """
        outer, line, own = Properties(), self.line_start, self.pos
        props = self._properties(outer)
        if props and self.skip():
            outer, props, inline = props, Properties(), False
            line, own = self.line_start, self.pos
            if not self._belongs(parent, key=key):
                return self._anchored(outer, outer.scalar(""))
            props = self._properties(outer)
            if props and self.skip():
                raise self.fault("two anchors or tags in a row")
        if self.pos >= self.end:
            return self._anchored(outer, self._anchored(props, (props or outer).scalar("")))
        self.deeper()
        self.announce(outer)
        value = self._content(parent, own - line, (outer, props), inline=inline)
        self._depth -= 1
        return self._anchored(outer, value)

    def _belongs(self, parent: int, *, key: bool) -> bool:
        """Whether a word at the start of a line is part of what `parent` holds."""
        if self.document_end():
            return False
        return self.column > parent or (
            key and self.column == parent and self.peek() == "-" and self.blank_after()
        )

    def _content(
        self,
        parent: int,
        column: int,
        given: tuple[Properties, Properties],
        *,
        inline: bool,
    ) -> Value:
        outer, props = given
        line, char = self.line_start, self.peek()
        if char in "-?" and self.blank_after():
            if inline or (props and char == "-"):
                raise self.fault(f"'{char} ' stands where a value should")
            return self._sequence(column) if char == "-" else self._mapping(column, None, None)
        if char in "|>":
            return self._anchored(props, self.block_scalar(parent))
        place = self.line_start + column
        if char in "[{":
            self.announce(props)
        first, several = self._simple(parent, props or outer)
        if not self._colon():
            return self._anchored(props, first)
        if inline and not self._in_list_key:
            raise self.fault("': ' inside a value")
        if inline:
            return self._anchored(props, first)
        if several or self.line_start != line:
            raise YamlError("a key of several lines", place)
        self._anchored(props, first)
        return self._mapping(column, key_text(first), place)

    def _colon(self) -> bool:
        """Whether a `:` that ends a key is next on this line."""
        mark = self.pos
        self.blanks()
        if self.peek() == ":" and self.blank_after():
            return True
        self.pos = mark
        return False

    def _sequence(self, column: int) -> Value:
        values: list[Value] = []
        while True:
            self.no_tab()
            line = self.line_start
            self._past_sign()
            values.append(self._node(column, inline=False) if self._deeper(column) else None)
            if not self._another(column, line):
                return values
            if not (self.peek() == "-" and self.blank_after()):
                return values

    def _past_colon(self) -> bool:
        self.pos += 1
        return self.skip()

    def _past_sign(self) -> bool:
        """Go past a `-`, `?` or `:` to the next word; a tab between them counts as indentation."""
        line, sign = self.line_start, self.pos
        self.pos += 1
        crossed = self.skip()
        if not crossed and "\t" in self.text[sign : self.pos]:
            self.tabbed, self.spaces = line, sign - line
        return crossed

    def _deeper(self, column: int) -> bool:
        return self.pos < self.end and self.column > column and not self.document_end()

    def _another(self, column: int, line: int) -> bool:
        """Go to the next entry of the collection at `column`; whether there is one."""
        crossed = self.skip()
        if self.pos >= self.end or self.document_end():
            return False
        if not crossed and self._in_list_key and self.peek() == ":":
            return False
        if not crossed and self.line_start == line:
            raise self.fault("text after a value")
        if self.column > column:
            self.no_tab()
            raise self.fault("text that stands deeper than what it belongs to")
        return self.column == column

    def _mapping(self, column: int, first: str | None, place: int | None) -> Value:
        """The mapping whose keys stand at `column`; its first key may have been read."""
        outermost = self._places is None
        if outermost:
            self._places = {}
        values: dict[str, Value] = {}
        key, entries = first, 0
        while True:
            self.no_tab()
            line = self.line_start
            if key is None:
                place = self.pos
                key, value = self._entry(column)
            else:
                value = self._value(column)
            entries += 1
            if key == "<<" and self._merge(values, value):
                pass
            else:
                values[key] = value
            if outermost and self._places is not None and place is not None:
                if key in self._places:
                    self._repeated.append((key, self._places[key]))
                self._places[key] = place
            after = self.pos
            more = self._another(column, line)
            if entries > 1 and after != self.plain_end:
                self._no_tab_lines(after)
            if not more:
                return values
            key = None

    def _no_tab_lines(self, after: int) -> None:
        """Refuse blank lines that begin with a tab: a quirk, and only behind some values."""
        found = _TAB_LINE.search(self.text, after, self.pos)
        if found:
            raise YamlError("a tab as indentation", found.end() - 1)

    def _entry(self, column: int) -> tuple[str, Value]:
        """A key and its value."""
        if self.peek() == "?" and self.blank_after():
            self._past_sign()
            name: Value = None
            if self.pos < self.end and self._belongs(column, key=True):
                name = self._node(column, inline=False)
            self.skip()
            if self.column == column and self.peek() == ":" and self.blank_after():
                return key_text(name), self._value(column, explicit=True)
            return key_text(name), None
        line = self.line_start
        props = self._properties(Properties())
        if self.peek() == "-" and self.blank_after():
            # A quirk of the reader: a list may be a key, and `- a: b: c` is one.
            self._in_list_key += 1
            found, several = self._sequence(column), False
            self._in_list_key -= 1
        else:
            found, several = self._simple(column, props)
        self._anchored(props, found)
        if not self._colon():
            # A quirk of the reader: a word above a `? ` is a key.
            if self.skip() and self.column == column and self.peek() == "?" and self.blank_after():
                return key_text(found), None
            # Told of where it begins: only the next line shows that no colon follows.
            reason = "a line that is neither a key with its value nor part of a value"
            raise YamlError(reason, line + column)
        if several or self.line_start != line:
            raise YamlError("a key of several lines", line + column)
        return key_text(found), self._value(column)

    def _value(self, column: int, *, explicit: bool = False) -> Value:
        """The value behind the `:` that is next."""
        crossed = self._past_sign() if explicit else self._past_colon()
        if crossed:
            if self.pos < self.end and self._belongs(column, key=True):
                if self.spaces <= column:
                    self.no_tab()
                return self._node(column, inline=False, key=True)
            return None
        if self.pos >= self.end:
            return None
        return self._node(column, inline=not explicit, key=True)
