"""What is written in a file that loads, and does not arrive."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentpack.document import Document, Problem
from agentpack.lazy import lazy
from agentpack.roster import agents, skills
from agentpack.roster.values import Agent, Loss, Skill

_READ = ("name", "description", "tools", "disallowedTools", "model", "skills")
_KEY_FIRST = re.compile(r"\s*(?P<key>[A-Za-z-]+):[ \t]")
_KEYS = (*_READ, "color", "allowed-tools")
_FENCE_LINE = lazy(r"^---[ \t]*\r?$", re.MULTILINE)
_PLAIN = lazy(r"[\w-]+[ \t]*:[ \t]+(?![\"'|>\[{&!*])[^\r\n]*?[ \t](?P<comment>#[^\r\n]*)")


def of_agent(agent: Agent) -> Iterator[Loss]:
    """What of an agent is lost."""
    document = agent.document
    if document.problem and _begins(document):
        # Only of a plugin does such an agent load.
        yield _without_keys(agent.path, document, document.problem)
        return
    yield from _of_document(agent.path, document)
    at = agent.at("description")
    if not agents.said(document):
        # A project's agent would not have loaded.
        reason = f"it has no description that is text: the model reads {agent.description!r}"
        rule = "description-not-text" if "description" in document.fields else "no-description"
        yield Loss(agent.path, at.line, reason, rule, at.column, document)
    if agent.toolless:
        reason = "no tool is left: it starts without any, even where the roster tells of all tools"
        at = agent.at("tools")
        yield Loss(agent.path, at.line, reason, "no-tool-left", at.column, document)


def of_skill(skill: Skill, client: str) -> Iterator[Loss]:
    """What of a skill is lost."""
    document = skill.document
    if document.problem and _begins(document):
        yield _without_keys(skill.path, document, document.problem)
        return
    yield from _of_document(skill.path, document)
    values = {key: found.value for key, found in document.fields.items()}
    at = skill.at("description")
    # What was cut ends so.
    if skill.listed and skill.description.endswith("…"):
        whole = skills.whole(document, values, client)
        if whole != skill.description:
            reason = f"its description is cut after {skills.LONGEST} of {len(whole)} characters"
            yield Loss(skill.path, at.line, reason, "description-cut", at.column, document)
    if skill.listed or skills.described(values):
        return
    if not skills.asked_only(values, client, plugin=False):
        reason = "a plugin's skill without a description is not told to the model"
        yield Loss(skill.path, at.line, reason, "no-description", at.column, document)


def _begins(document: Document) -> bool:
    return document.source.startswith(("---", "\ufeff---"))


def _without_keys(path: str, document: Document, problem: Problem) -> Loss:
    reason = f"it loads without its frontmatter: {problem.reason}"
    return Loss(path, problem.line, reason, problem.rule, problem.column, document)


def _of_document(path: str, document: Document) -> Iterator[Loss]:
    if document.not_utf8:
        reason = "what is not UTF-8 here arrives as U+FFFD"
        yield Loss(path, document.not_utf8, reason, "not-utf-8", document=document)
    if document.fence:
        fence = document.fence
        yield Loss(path, fence.line, fence.reason, fence.rule, fence.column, document)
    elif _begins_with_key(document.body) and _FENCE_LINE.search(document.body):
        reason = "the frontmatter ended above this line: the keys below are text to the client"
        yield Loss(path, document.body_line, reason, "fence-too-early", document=document)
    for key, line in document.repeated:
        reason = f"{key!r} is written again below, and the last one counts"
        yield Loss(path, line, reason, "repeated-key", document=document)
    yield from _comments(path, document)


def _begins_with_key(body: str) -> bool:
    found = _KEY_FIRST.match(body)
    return found is not None and found["key"] in _KEYS


def _comments(path: str, document: Document) -> Iterator[Loss]:
    """Plain values that a ` #` cuts short."""
    source = document.source
    head = len(source) - len(document.body)
    if source.find(" #", 0, head) < 0 and source.find("\t#", 0, head) < 0:
        return
    lines = source.split("\n", document.body_line)
    for key in _READ:
        found = document.fields.get(key)
        if found is None or not isinstance(found.value, str) or found.line > len(lines):
            continue
        cut = _PLAIN.match(lines[found.line - 1], found.column - 1)
        if cut and cut["comment"] not in found.value:
            reason = f"{cut['comment'][:40]!r} is a comment to YAML, and no part of the {key}"
            yield Loss(
                path, found.line, reason, "comment-in-value", cut.start("comment") + 1, document
            )
