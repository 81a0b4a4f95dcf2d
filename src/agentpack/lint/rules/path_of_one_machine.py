"""A path into somebody's home folder, which nobody else has.

The model takes it for a path of the machine that it works on, and finds nothing there.

Bad .claude/skills/basket/SKILL.md:
    ---
    description: How baskets are kept. Use when one is changed.
    ---
    The rules are in `/Users/mkowalski/shop/rules.md`.
Good .claude/skills/basket/SKILL.md:
    ---
    description: How baskets are kept. Use when one is changed.
    ---
    The rules are in `docs/rules.md`.
"""

from agentpack.lazy import lazy
from agentpack.lint.rule import Hits, Severity, rule
from agentpack.lint.scene import Scene

_HOME = lazy(
    r"(?<![\w.:/-])(?:/Users/|/home/|C:\\{1,2}Users\\{1,2})(?P<who>[A-Za-z][\w.-]*)[/\\]+[\w.~-]+"
)
_NOBODY = lazy(
    r"(?i)(?:your|my|user|name|me|you|username|.*user.*|.*name.*|example.*|test.*|dev.*|alice|bob|"
    r"carol|john.*|jane.*|foo|bar|x+|someone|public|shared|default|admin|root|runner|ubuntu|"
    r"debian|vscode|node|app|docker|ec2-.*|coder|jovyan|agent|claude|linuxbrew|git|deploy|"
    r"postgres|jenkins|vagrant|pi|site|web|www.*|build.*|service|worker|circleci|unicorn)"
)


@rule(Severity.WARNING, needs=("word /Users/", "word /home/", "word Users\\"))
def check(scene: Scene) -> Hits:
    for page in scene.having("/Users/", "/home/", "Users\\"):
        told: set[str] = set()
        for match in _HOME.finditer(page.body):
            who = match["who"]
            if who not in told and not _NOBODY.fullmatch(who):
                told.add(who)
                message = f"{match[0][:60]!r} is a path of one machine"
                yield page.place(match.start()), message, "write it from the project's root"
