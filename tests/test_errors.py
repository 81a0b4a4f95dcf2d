"""One line that names the file, the line and the mend."""

from agentpack.errors import AgentpackError


def test_an_error_reads_as_one_line_with_place_and_mend() -> None:
    error = AgentpackError("no such agent 'x'", path="pack.toml", line=3, mend="did you mean 'y'?")
    assert str(error) == "pack.toml:3: no such agent 'x'; did you mean 'y'?"


def test_an_error_without_a_place_is_its_message() -> None:
    assert str(AgentpackError("not a directory")) == "not a directory"
