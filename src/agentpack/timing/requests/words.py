"""A pasted line of shell to the words that the shell would make of it."""

from __future__ import annotations

from collections.abc import Mapping

from agentpack.errors import AgentpackError
from agentpack.lazy import lazy
from agentpack.timing.requests.given import FromEnvironment, escape, look_up

_NAME = lazy(r"\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})")
_PLAIN = lazy(r"[^\s'\"\\$`|&;<>()#]+|#")
_ANSI = lazy(
    r"\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|(.))",
    16,  # re.DOTALL: an escaped newline too
)
_LETTERS = {
    "n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b",
    "f": "\f", "v": "\v", "\\": "\\", "'": "'", '"': '"', "?": "?",
}  # fmt: skip


def words(line: str, environment: Mapping[str, str]) -> list[str]:
    r"""Split one command as bash does; what a pipe or a redirection does with its output goes.

    Bytes that are no UTF-8 (`$'\xff'`) become surrogates, as in a program's arguments.

    Raises:
        AgentpackError: a quote is left open, more than one command, or something only a
            shell can do.
    """
    return _Splitter(line.replace("\r\n", "\n").strip(), environment).run()


class _Splitter:
    def __init__(self, text: str, environment: Mapping[str, str]) -> None:
        self.text, self.environment = text, environment
        self.pos = 0
        self.done: list[str] = []
        self.value: list[str] = []
        self.quoted: list[str] = []
        self.open = self.from_environment = False

    def run(self) -> list[str]:
        while self.pos < len(self.text):
            if self.step():
                break
        self.end_word()
        return self.done

    def end_word(self) -> None:
        if self.open:
            value = "".join(self.value)
            word = FromEnvironment(value, "".join(self.quoted)) if self.from_environment else value
            self.done.append(word)
        self.value, self.quoted = [], []
        self.open = self.from_environment = False

    def add(self, value: str) -> None:
        self.open = True
        self.value.append(value)
        self.quoted.append(escape(value))

    def step(self) -> bool:
        """Take what is next; true where the command ends."""
        char = self.text[self.pos]
        if char in " \t":
            self.end_word()
            self.pos += 1
        elif char == "\n":
            self.end_word()
            if not self.text[self.pos :].lstrip().startswith("#"):
                raise AgentpackError(
                    "a second line follows the curl command",
                    mend="paste one command; a line that goes on ends with a backslash",
                )
            return True
        elif char == "#" and not self.open:
            self.pos = (self.text + "\n").find("\n", self.pos)
        elif char == "\\":
            self.escaped()
        elif char == "'":
            self.add(self.until("'", self.pos + 1))
        elif char == '"':
            self.pos += 1
            self.double()
        elif char == "$":
            self.dollar()
        elif char in "`|&;<>()":
            return self.operator(char)
        else:
            match = _PLAIN.match(self.text, self.pos)
            plain = match[0] if match else char
            self.pos += len(plain)
            self.add(plain)
        return False

    def until(self, quote: str, start: int) -> str:
        end = self.text.find(quote, start)
        if end < 0:
            raise AgentpackError(f"the quote {quote} at column {self.pos + 1} is never closed")
        self.pos = end + 1
        return self.text[start:end]

    def escaped(self) -> None:
        following = self.text[self.pos + 1 : self.pos + 2]
        self.pos += 2
        if following != "\n":
            self.add(following)

    def double(self) -> None:
        start = self.pos
        self.add("")
        while (char := self.text[self.pos : self.pos + 1]) != '"':
            if not char:
                raise AgentpackError(f'the quote " at column {start} is never closed')
            if char == "\\" and self.text[self.pos + 1 : self.pos + 2] in ("$", "`", '"', "\\"):
                self.escaped()
            elif self.text.startswith("\\\n", self.pos):
                self.pos += 2
            elif char == "$":
                self.variable()
            elif char == "`":
                raise _runs_a_command("`")
            else:
                self.pos += 1
                self.add(char)
        self.pos += 1

    def dollar(self) -> None:
        if self.text.startswith("$'", self.pos):
            self.ansi()
        elif self.text.startswith('$"', self.pos):
            self.pos += 2
            self.double()
        else:
            self.variable()

    def variable(self) -> None:
        match = _NAME.match(self.text, self.pos)
        if match:
            name = match[1] or match[2]
            value = look_up(name, self.environment, ", or put it in single quotes")
            self.pos = match.end()
            self.open = self.from_environment = True
            self.value.append(value)
            self.quoted.append(f"${{{name}}}")
        elif self.text.startswith(("$(", "${"), self.pos):
            raise _runs_a_command(self.text[self.pos : self.pos + 2])
        else:
            self.pos += 1
            self.add("$")

    def ansi(self) -> None:
        start = self.pos + 2
        end = start
        while (char := self.text[end : end + 1]) != "'":
            if not char:
                raise AgentpackError(f"the quote $' at column {self.pos + 1} is never closed")
            end += 2 if char == "\\" else 1
        made, last = b"", start
        for match in _ANSI.finditer(self.text, start, end):
            made += self.text[last : match.start()].encode("utf-8", "surrogateescape")
            byte, short, long, octal, letter = match.groups()
            if letter is not None:
                made += _LETTERS.get(letter, f"\\{letter}").encode()
            elif short or long:
                made += chr(int(short or long, 16)).encode("utf-8", "surrogatepass")
            else:
                made += bytes([int(byte, 16) if byte else int(octal, 8) & 0xFF])
            last = match.end()
        made += self.text[last:end].encode("utf-8", "surrogateescape")
        self.add(made.decode("utf-8", "surrogateescape"))
        self.pos = end + 1

    def operator(self, char: str) -> bool:
        if char == "|" and not self.text.startswith("||", self.pos):
            return True
        if char == ">":
            self.redirection()
            return False
        if char == "`":
            raise _runs_a_command(char)
        if char == "<":
            raise AgentpackError(
                "the command reads from its standard input (<)",
                mend="give the body with --data-binary @FILE",
            )
        raise AgentpackError(
            f"an unquoted {char} at column {self.pos + 1} ends the command",
            mend="put the URL in quotes" if char == "&" else "paste the curl command alone",
        )

    def redirection(self) -> None:
        if "".join(self.value).isdigit() or not self.open:
            self.value, self.quoted, self.open = [], [], False
        self.end_word()
        before = len(self.done)
        self.pos += 1
        while self.text[self.pos : self.pos + 1] in (">", "&", "|", " ") and self.pos < len(
            self.text
        ):
            self.pos += 1
        while self.pos < len(self.text) and not (self.text[self.pos].isspace() and self.open):
            if self.step():
                break
        self.end_word()
        del self.done[before:]


def _runs_a_command(text: str) -> AgentpackError:
    return AgentpackError(
        f"only a shell can work out the {text} in this line",
        mend="put its result there, or in an environment variable",
    )
