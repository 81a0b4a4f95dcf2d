"""The parts of YAML that may stand on one line: scalars, aliases, and what is in brackets."""

from __future__ import annotations

from agentpack.document.fault import YamlError
from agentpack.document.scalars import Properties, Value, key_text
from agentpack.document.scanner import Scanner
from agentpack.document.versions import BRACKET_CLOSES_ANYWHERE, CYCLES
from agentpack.lazy import lazy

_DEEPEST = 160
_MOST_MERGED = 1_000_000
_NAME = lazy(r"[&*][^ \t\r\n,\[\]{}]+")
_URI = r"(?:[0-9A-Za-z#$&'()*+./:;=?@_~-]|%[0-9a-fA-F]{2})"
_TAG = lazy(rf"!(?:<(?:{_URI}|,)+>|!{_URI}+|[0-9A-Za-z-]{_URI}*|(?=[ \t\r\n]|\Z))")


class FlowParser(Scanner):
    """Parses scalars, aliases, lists in `[ ]` and mappings in `{ }`."""

    def __init__(self, text: str, client: str) -> None:
        super().__init__(text)
        self._anchors: dict[str, Value] = {}
        self._depth = 0
        self._in_flow = 0
        self._merged = 0
        self._cycles = CYCLES.holds(client)
        self._closing = "]}" if BRACKET_CLOSES_ANYWHERE.holds(client) else ""

    def deeper(self) -> None:
        """Enter a value; refuse what no stack could hold."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self.fault("nested too deeply")

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

    def _anchored(self, props: Properties, value: Value) -> Value:
        if props.anchor is not None:
            self._anchors[props.anchor] = value
        return value

    def announce(self, props: Properties) -> None:
        """Let a value be named inside itself. What it is there stays open: None."""
        if self._cycles and props.anchor is not None:
            self._anchors[props.anchor] = None

    def _merge(self, values: dict[str, Value], value: Value) -> bool:
        """Take over the keys of a `<<`; whether it is one."""
        sources = value if isinstance(value, list) else [value]
        if not isinstance(value, (dict, list)):
            return False
        for source in sources:
            if isinstance(source, dict):
                self._merged += len(source)
                if self._merged > _MOST_MERGED:
                    raise self.fault("merge keys that grow beyond all bounds")
                for key, part in source.items():
                    values.setdefault(key, part)
        return True

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

    def _flow_skip(self, parent: int, beside: str | None = None) -> None:
        """Go to the next word; what is not one of `beside` must stand deeper than `parent`."""
        crossed = self.skip()
        if self.pos >= self.end:
            raise self.fault("a bracket that is not closed")
        if crossed and self.peek() not in (self._closing if beside is None else beside):
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
        self.deeper()
        self.announce(props)
        value, _ = self._simple(parent, props, flow=True)
        self._depth -= 1
        return self._anchored(props, value)
