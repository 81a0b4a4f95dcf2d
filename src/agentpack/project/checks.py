"""The commands that test, lint and type-check the backend."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentpack.project.claims import Claim
from agentpack.project.documents import read_toml
from agentpack.project.shell import Command, commands, expand
from agentpack.project.steps import read_hooks, read_steps
from agentpack.project.survey import Survey
from agentpack.project.task import Task
from agentpack.project.tools import CHECKS, Check
from agentpack.project.tree import within

REPORTS = re.compile(
    r"\s+(?:--junit-?xml|--cov-report|--cov-fail-under|--cov-config|--cov|--html|"
    r"--output-format|--durations|"
    r"--color|--self-contained-html)(?:[= ](?![-&|])\S+)?"
)
PYTHON_TOOLS = frozenset(
    {
        "pytest",
        "py.test",
        "ruff",
        "mypy",
        "flake8",
        "pylint",
        "pyright",
        "basedpyright",
        "ty",
        "coverage",
        "tox",
        "nox",
        "unittest",
        "python",
        "python3",
        "black",
    }
)


DEEPEST = 2
"""How many scripts a task is followed through."""

PLAIN = 3
"""How many arguments a plain command has at most."""


class Checker:
    """Finds the three commands."""

    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        self.steps = list(read_steps(survey))
        self.hooks = list(read_hooks(survey))

    def claims(self) -> Iterator[Claim]:
        """Claim for each fact the command that the project itself uses."""
        for check in CHECKS:
            for source in (
                self._task,
                self._script,
                self._document,
                self._step,
                self._hook,
                self._tool,
            ):
                found = source(check)
                if found:
                    yield found
                    break

    def _find(self, task: Task, check: Check, depth: int = 0) -> tuple[Command, str] | None:
        for text, source in task.lines:
            for command in commands(expand(text, task.variables)):
                if check.runs(command):
                    return command, source
                script = (
                    command.program
                    if command.program not in {"bash", "sh"}
                    else next(iter(command.arguments), "")
                )
                name = script.rsplit("/", 1)[-1]
                called = [
                    one
                    for one in self.survey.tasks
                    if one.kind == "script" and one.name == name and one != task
                ]
                if (
                    name
                    and called
                    and depth < DEEPEST
                    and (inner := self._find(called[0], check, depth + 1))
                ):
                    return inner[0], source
        return None

    def _from(self, tasks: list[Task], check: Check) -> Claim | None:
        found = []
        for number, task in enumerate(tasks):
            reached = self._find(task, check)
            if reached is None:
                continue
            simple = re.sub(r"[^a-z]", "", task.name.removesuffix(".sh").lower())
            known = check.named.index(simple) if simple in check.named else len(check.named)
            unfit = bool(check.unfit.search(task.name)) and simple not in check.named
            says = bool(check.says.search(task.name))
            found.append(((unfit, not says, known, number), task, reached))
        if not found:
            return None
        (unfit, silent, *_), task, (command, source) = min(found, key=lambda one: one[0])
        if silent or unfit:
            # `make check` may run it among other things: the command itself is what is meant.
            if task.name.startswith(("pre", "install", "setup", "deploy", "release")):
                return None
            if command.contained or "$" in command.text:
                return None
            return Claim(check.fact, self._typed(command), source)
        return Claim(check.fact, self._run(task), task.source)

    def _run(self, task: Task) -> str:
        if task.kind != "script":
            return task.typed
        path = task.typed.removeprefix("./")
        executable = not path.endswith(".sh")
        typed = f"./{path}" if executable else f"bash {path}"
        prefixed = any(command.runner for text, _ in task.lines for command in commands(text))
        contained = any(command.contained for text, _ in task.lines for command in commands(text))
        return typed if prefixed or contained else self.survey.prefixed(typed)

    def _typed(self, command: Command) -> str:
        text = " ".join(REPORTS.sub("", " " + command.text).split())
        text = re.sub(r"^(?:\S*/)?bin/", "", text)
        start = " ".join(command.assignments)
        rest = text[len(start) :].strip() if start and text.startswith(start) else text
        first = rest.split(" ")[0]
        if command.runner or first not in PYTHON_TOOLS:
            return text
        return (
            f"{start} {self.survey.prefixed(rest)}".strip()
            if rest != text
            else self.survey.prefixed(text)
        )

    def _task(self, check: Check) -> Claim | None:
        return self._from([task for task in self.survey.tasks if task.kind != "script"], check)

    def _script(self, check: Check) -> Claim | None:
        scripts = [
            task
            for task in self.survey.tasks
            if task.kind == "script"
            and check.says.search(task.name)
            and not check.unfit.search(task.name)
        ]
        found = self._from(scripts, check)
        if found or check.fact != "typecheck_command":
            return found
        # A lint script often checks the types as well.
        others = [
            task for task in self.survey.tasks if task.kind == "script" and "lint" in task.name
        ]
        return self._from(others, check)

    def _narrow(self, command: Command) -> bool:
        """Whether a command checks only a part: one file, a marker, a folder deep inside."""
        own = list(command.arguments)
        if own[:2] in (["-m", "pytest"], ["-m", "unittest"]):
            own = own[2:]
        if command.program == "coverage":
            own = own[own.index("pytest") + 1 :] if "pytest" in own else []
        for word in own:
            path = word.removeprefix("./").removeprefix(f"{self.survey.folder}/").strip("/")
            deep = path.count("/") >= 1 and not word.startswith("-") and "=" not in word
            if word.startswith("--select"):
                return True
            if deep or word in {"-k", "-m", "--fix", "--lf"} or word.endswith(".py"):
                return True
        return False

    def _document(self, check: Check) -> Claim | None:
        found = []
        for number, line in enumerate(self.survey.documented):
            for command in commands(line.text):
                unclear = re.search(r"[<>{}\[\]…$]|::", command.text)
                if not check.runs(command) or command.contained or unclear:
                    continue
                if self._narrow(command):
                    continue
                hook = command.program in {"pre-commit", "prek"}
                if hook and not {"--all-files", "-a", "--all"} & set(command.arguments):
                    continue
                order = (hook, "coverage" in command.text, len(command.arguments) > PLAIN, number)
                found.append((order, command, line.source))
        if not found:
            return None
        _, command, source = min(found, key=lambda one: one[0])
        return Claim(check.fact, self._typed(command), source)

    def _step(self, check: Check) -> Claim | None:
        for step in self.steps:
            for command in commands(step.text):
                if check.runs(command) and not command.contained and "$" not in command.text:
                    if command.program in {"pre-commit", "prek"} or self._narrow(command):
                        continue
                    return Claim(check.fact, self._typed(command), step.source)
                found = self._called(command, check)
                if found:
                    return Claim(check.fact, command.text, step.source)
        return None

    def _called(self, command: Command, check: Check) -> bool:
        script = command.program.rsplit("/", 1)[-1]
        named = [
            task for task in self.survey.tasks if task.kind == "script" and task.name == script
        ]
        return (
            bool(named)
            and check.says.search(script) is not None
            and self._find(named[0], check) is not None
        )

    def _hook(self, check: Check) -> Claim | None:
        for hook in self.hooks:
            for command in commands(hook.text) if hook.local else ():
                if check.runs(command):
                    return Claim(check.fact, self._typed(command), hook.source)
        return None

    def _tool(self, check: Check) -> Claim | None:
        survey = self.survey
        for tool, files, typed in check.tools:
            declared = survey.dependencies.get(tool)
            configured = self._configured(tool, files)
            hook = next(
                (one for one in self.hooks if not one.local and one.name in _hook_names(tool)), None
            )
            if hook and not declared:
                return Claim(check.fact, f"pre-commit run {hook.name} --all-files", hook.source)
            source = declared.source if declared else configured
            if source:
                command = typed if tool != "mypy" or self._has_files() else "mypy ."
                return Claim(check.fact, survey.prefixed(command), source)
        return None

    def _configured(self, tool: str, files: tuple[str, ...]) -> str | None:
        tree = self.survey.tree
        for folder in self.survey.folders:
            table = read_toml(tree, within(folder, "pyproject.toml"))
            if table and table.get("tool", tool) is not None:
                return table.source("tool", tool)
            for name in files:
                if tree.has(within(folder, name)):
                    return f"{within(folder, name)}:1"
            for name in ("setup.cfg", "tox.ini"):
                found = tree.find(within(folder, name), rf"^\[(?:tool:)?{tool}\]", re.MULTILINE)
                if found:
                    return f"{within(folder, name)}:{found[1]}"
        return None

    def _has_files(self) -> bool:
        tree = self.survey.tree
        for folder in self.survey.folders:
            table = read_toml(tree, within(folder, "pyproject.toml"))
            if table and (
                table.get("tool", "mypy", "files") or table.get("tool", "mypy", "packages")
            ):
                return True
            for name in ("mypy.ini", "setup.cfg"):
                if tree.find(
                    within(folder, name),
                    r"^\[mypy\][^\[]*?^(?:files|packages)\s*=",
                    re.MULTILINE | re.DOTALL,
                ):
                    return True
        return False


def _hook_names(tool: str) -> set[str]:
    return {tool, "ruff-check"} if tool == "ruff" else {tool}
