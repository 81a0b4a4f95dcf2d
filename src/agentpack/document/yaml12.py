"""YAML as Claude Code reads it: texts to values, each top-level key with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agentpack.document.fault import YamlError
from agentpack.document.scalars import Properties, Value, key_text
from agentpack.document.scanner import Scanner

_DEEPEST = 200
_TAB_LINE = re.compile(r"[\r\n]\t")
_NAME = re.compile(r"[&*][^ \t\r\n,\[\]{}]+")
_URI = r"(?:[0-9A-Za-z#$&'()*+./:;=?@_~-]|%[0-9a-fA-F]{2})"
_TAG = re.compile(rf"!(?:<(?:{_URI}|,)+>|!{_URI}+|[0-9A-Za-z-]{_URI}*|(?=[ \t\r\n]|\Z))")


@dataclass(frozen=True, slots=True)
class Entry:
    """A value of the outermost mapping, and where its key begins, in characters."""

    value: Value
    place: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """The keys of a text, and where those stand whose value a later one replaced."""

    entries: dict[str, Entry]
    repeated: list[tuple[str, int]]


def mapping(text: str) -> Mapping | None:
    """The keys of `text`; None where it is YAML and not one mapping.

    Raises:
        YamlError: it is not YAML.
    """
    return _Parser(text).document()


def is_list(text: str) -> bool:
    """Whether `text` is a list.

    Raises:
        YamlError: it is not YAML.
    """
    return isinstance(_Parser(text).value(), list)


class _Parser(Scanner):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._anchors: dict[str, Value] = {}
        self._places: dict[str, int] | None = None
        self._repeated: list[tuple[str, int]] = []
        self._depth = 0
        self._in_flow = 0
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

    def document(self) -> Mapping | None:
        value = self.value()
        places = self._places or {}
        if not self.text.strip(" \t\r\n") or value is None:
            return Mapping({}, [])
        if not isinstance(value, dict):
            return None
        entries = {key: Entry(part, places.get(key, 0)) for key, part in value.items()}
        return Mapping(entries, self._repeated)

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
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self.fault("nested too deeply")
        self._anchored(outer, None)
        value = self._content(parent, own - line, (outer, props), inline=inline, key=key)
        self._depth -= 1
        return self._anchored(outer, value)

    def _anchored(self, props: Properties, value: Value) -> Value:
        if props.anchor is not None:
            self._anchors[props.anchor] = value
        return value

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
        key: bool,
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
        first, several = self._simple(parent, props or outer)
        if not self._colon():
            return self._anchored(props, first)
        if inline and not self._in_list_key:
            raise self.fault("': ' inside a value")
        if inline:
            return self._anchored(props, first)
        if several or self.line_start != line:
            raise self.fault("a key of several lines")
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

    def _simple(self, parent: int, props: Properties, *, flow: bool = False) -> tuple[Value, bool]:
        """A scalar, an alias or a flow collection; whether it has more than one line."""
        char = self.peek()
        line = self.line_start
        if char in ("'", '"'):
            text, several = self.quoted(parent)
            return text, several
        if char == "*":
            if props:
                raise self.fault("an alias with an anchor or a tag of its own")
            return self._alias(), False
        if char in "[{" and char:
            self._in_flow += 1
            read = self._flow_sequence if char == "[" else self._flow_mapping
            value = read(parent)
            self._in_flow -= 1
            return value, self.line_start != line
        if char == ":" and (self.blank_after() or (flow and self.peek(1) in ",[]{}")):
            return None, False
        words, several = self.plain(parent, flow=flow)
        return (words if several else props.scalar(words)), several

    def _properties(self, before: Properties) -> Properties:
        """The anchor and the tag that stand here, on one line."""
        anchor, tag = None, None
        while self.peek() in ("&", "!"):
            kind, word = self.peek(), self._property()
            if kind == "&":
                if anchor is not None or before.anchor is not None:
                    raise self.fault("two anchors in a row")
                anchor = word
            else:
                if tag is not None or before.tag is not None:
                    raise self.fault("two tags in a row")
                tag = word
            self.blanks()
        return Properties(anchor, tag)

    def _property(self) -> str:
        """An anchor's name, or a tag."""
        found = (_TAG if self.peek() == "!" else _NAME).match(self.text, self.pos)
        if found is None:
            raise self.fault("not a tag" if self.peek() == "!" else "a name is missing")
        self.pos = found.end()
        strict = found[0].startswith("!!") or self.text[found.start()] != "!"
        if strict and not self.blank_after(0) and not (self._in_flow and self.peek() in ",[]{}"):
            raise self.fault("a tag or a name with a character that it may not have")
        return found[0][1:]

    def _alias(self) -> Value:
        start = self.pos
        name = self._property()
        if name not in self._anchors:
            raise YamlError(f"'*' begins an alias, and there is no anchor {name!r}", start)
        return self._anchors[name]

    def _sequence(self, column: int) -> Value:
        values: list[Value] = []
        while True:
            self.no_tab()
            line, dash = self.line_start, self.pos
            self.pos += 1
            if not self.skip() and "\t" in self.text[dash : self.pos]:
                self.tabbed, self.spaces = line, dash - line
            values.append(self._node(column, inline=False) if self._deeper(column) else None)
            if not self._another(column, line):
                return values
            if not (self.peek() == "-" and self.blank_after()):
                return values

    def _deeper(self, column: int) -> bool:
        return self.pos < self.end and self.column > column and not self.document_end()

    def _another(self, column: int, line: int) -> bool:
        """Go to the next entry of the collection at `column`; whether there is one."""
        crossed = self.skip()
        if self.pos >= self.end or self.document_end():
            return False
        if not crossed and self._in_list_key and self.peek() == ":":
            return False
        if not crossed and self.line_start == line or self.pos != self.line_start + self.column:
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

    def _merge(self, values: dict[str, Value], value: Value) -> bool:
        """Take over the keys of a `<<`; whether it is one."""
        sources = value if isinstance(value, list) else [value]
        if not isinstance(value, (dict, list)):
            return False
        for source in sources:
            if isinstance(source, dict):
                for key, part in source.items():
                    values.setdefault(key, part)
        return True

    def _entry(self, column: int) -> tuple[str, Value]:
        """A key and its value."""
        if self.peek() == "?" and self.blank_after():
            self.pos += 1
            line = self.line_start
            self.skip()
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
            raise self.fault("a line that is neither a key with its value nor part of a value")
        if several or self.line_start != line:
            raise self.fault("a key of several lines")
        return key_text(found), self._value(column)

    def _value(self, column: int, *, explicit: bool = False) -> Value:
        """The value behind the `:` that is next."""
        self.pos += 1
        if self.skip():
            if self.pos < self.end and self._belongs(column, key=True):
                if self.spaces <= column:
                    self.no_tab()
                return self._node(column, inline=False, key=True)
            return None
        if self.pos >= self.end:
            return None
        return self._node(column, inline=not explicit, key=True)

    def _flow_sequence(self, parent: int) -> Value:
        values: list[Value] = []
        self.pos += 1
        self._flow_skip(parent)
        while self.peek() != "]":
            values.append(self._flow_entry(parent))
            self._flow_next(parent, "]")
        self.pos += 1
        return values

    def _flow_mapping(self, parent: int) -> Value:
        values: dict[str, Value] = {}
        self.pos += 1
        self._flow_skip(parent)
        while self.peek() != "}":
            key, value = self._flow_pair(parent)
            if not (key == "<<" and self._merge(values, value)):
                values[key] = value
            self._flow_next(parent, "}")
        self.pos += 1
        return values

    def _flow_skip(self, parent: int, beside: str = "]}") -> None:
        """Go to the next word; what is not one of `beside` must stand deeper than `parent`."""
        crossed = self.skip()
        if self.pos >= self.end:
            raise self.fault("a bracket that is not closed")
        if crossed and self.peek() not in beside:
            depth = self.spaces if self.tabbed == self.line_start else self.column
            if depth <= parent:
                raise self.fault("a value in brackets goes on further left than it may")

    def _flow_next(self, parent: int, closing: str) -> None:
        self._flow_skip(parent, ",:]}")
        if self.peek() == ",":
            self.pos += 1
            self._flow_skip(parent)
        elif self.peek() != closing:
            raise self.fault(f"a ',' or {closing!r} is missing")

    def _flow_entry(self, parent: int) -> Value:
        """An entry of `[ ]`: a value, or a single pair."""
        if self.peek() == "?" and self.blank_after():
            key, value = self._flow_pair(parent)
            return {key: value}
        line = self.line_start
        json = self.peek() in ("'", '"', "[", "{")
        found = self._flow_node(parent)
        if self._flow_colon(json=json) and self.line_start == line:
            self.pos += 1
            self._flow_skip(parent)
            return {key_text(found): self._flow_value(parent)}
        return found

    def _flow_pair(self, parent: int) -> tuple[str, Value]:
        explicit = self.peek() == "?" and self.blank_after()
        if explicit:
            self.pos += 1
            self._flow_skip(parent)
        json = self.peek() in ("'", '"', "[", "{")
        found = None if explicit and self.peek() in "}]" else self._flow_node(parent)
        self._flow_skip(parent, ",:]}")
        if not self._flow_colon(json=json):
            return key_text(found), None
        self.pos += 1
        self._flow_skip(parent)
        return key_text(found), self._flow_value(parent)

    def _flow_value(self, parent: int) -> Value:
        return None if self.peek() in ",}]" else self._flow_node(parent)

    def _flow_colon(self, *, json: bool) -> bool:
        mark = self.pos
        self.blanks()
        if self.peek() == ":" and (json or self.blank_after() or self.peek(1) in ",[]{}"):
            return True
        self.pos = mark
        return False

    def _flow_node(self, parent: int) -> Value:
        props = self._properties(Properties())
        if props:
            self._flow_skip(parent)
            if self.peek() in ",]}":
                return self._anchored(props, props.scalar(""))
        elif self.peek() in ",]}":
            raise self.fault(f"a value is missing before {self.peek()!r}")
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self.fault("nested too deeply")
        self._anchored(props, None)
        value, _ = self._simple(parent, props, flow=True)
        self._depth -= 1
        return self._anchored(props, value)
