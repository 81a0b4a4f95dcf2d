"""From a repository to its facts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from agentpack.errors import AgentpackError
from agentpack.project import backend, log, manager, port
from agentpack.project.backend import Backend, Chooser
from agentpack.project.checks import Checker
from agentpack.project.claims import Claim, settle
from agentpack.project.code import Code
from agentpack.project.data import claim_database, claim_migrations, claim_orm, claim_vectors
from agentpack.project.facts import Fact, Facts
from agentpack.project.frontend import claim_client, claim_frontend
from agentpack.project.manifests import read_manifests
from agentpack.project.overrides import read_overrides
from agentpack.project.product import claim_docs, claim_product
from agentpack.project.server import Servers
from agentpack.project.services import claim_ai, claim_auth
from agentpack.project.survey import Survey, folders_of
from agentpack.project.tree import Tree

TOPICS = (
    claim_database,
    claim_orm,
    claim_migrations,
    claim_vectors,
    claim_auth,
    claim_ai,
    claim_frontend,
    claim_client,
    claim_docs,
    claim_product,
)


def _manager(tree: Tree, chosen: Backend | None) -> Iterator[Claim]:
    """Claim the package manager and the prefix that follows from it."""
    claims = list(manager.claim_manager(tree, folders_of(chosen)))
    yield from claims
    if claims:
        best = min(claims, key=lambda one: one.rank)
        yield from manager.claim_prefix(tree, best)


def _server(survey: Survey) -> Iterator[Claim]:
    """Claim how the development server is started, and what follows from that."""
    if survey.backend is None:
        return
    servers = Servers(survey)
    starts = servers.starts()
    if starts:
        best = starts[0]
        yield Claim("dev_command", best.typed, best.source)
    yield from port.claim(servers, starts)
    yield from log.claim(survey, starts)


def detect(root: Path) -> Facts:
    """Find out what is true of a repository. Nothing in it is executed.

    Args:
        root: the repository's root folder.

    Returns:
        Every fact of the vocabulary with where it was found, and the contradictions.

    Raises:
        AgentpackError: the root is no folder; `pyproject.toml` or `agentpack.toml` cannot be
            read or parsed; `agentpack.toml` states a fact that does not exist or has another type.

    """
    if not root.is_dir():
        raise AgentpackError("not a directory", path=root, mend="name the root of a project")
    tree = Tree(root)
    overrides = read_overrides(tree)
    code = Code(tree)
    manifests = read_manifests(tree)
    chosen = Chooser(tree, code, manifests).choose()
    claims = list(_manager(tree, chosen))
    prefix = overrides.get("run_prefix") or next(
        (Fact(one.fact, one.value, one.source) for one in claims if one.fact == "run_prefix"), None
    )
    value = prefix.value if prefix else None
    survey = Survey(tree, code, manifests, chosen, value if isinstance(value, str) else None)
    claims += manager.claim_python(tree, survey.folders)
    claims += backend.claim(tree, chosen)
    claims += _server(survey)
    claims += Checker(survey).claims()
    for topic in TOPICS:
        claims += topic(survey)
    return settle(claims, overrides)
