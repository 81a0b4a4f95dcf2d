"""Who authenticates the users, and which AI services the backend calls."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentpack.project.claims import Claim
from agentpack.project.documents import read_json
from agentpack.project.survey import Survey
from agentpack.project.tree import is_aside

AUTH = (
    ("fastapi-users", ("fastapi-users",), ("fastapi_users",), ""),
    ("authx", ("authx",), ("authx",), ""),
    ("fastapi-jwt-auth", ("fastapi-jwt-auth", "fastapi-jwt-auth2"), ("fastapi_jwt_auth",), ""),
    ("fastapi-login", ("fastapi-login",), ("fastapi_login",), ""),
    ("fastapi-azure-auth", ("fastapi-azure-auth",), ("fastapi_azure_auth",), ""),
    ("keycloak", ("python-keycloak", "fastapi-keycloak"), ("keycloak", "fastapi_keycloak"), ""),
    (
        "clerk",
        ("clerk-backend-api", "fastapi-clerk-auth"),
        ("clerk_backend_api", "fastapi_clerk_auth"),
        "",
    ),
    (
        "auth0",
        ("auth0-python", "auth0-fastapi", "auth0-api-python", "fastapi-auth0"),
        ("auth0", "auth0_fastapi", "auth0_api_python", "fastapi_auth0"),
        "",
    ),
    (
        "firebase-admin",
        ("firebase-admin",),
        ("firebase_admin",),
        r"firebase_admin import[^\n]*\bauth\b|firebase_admin\.auth|verify_id_token",
    ),
    (
        "supabase",
        ("supabase", "gotrue", "supabase-auth"),
        ("supabase", "gotrue", "supabase_auth"),
        r"\.auth\.(?:get_user|sign_|admin|get_claims|set_session)",
    ),
    ("workos", ("workos",), ("workos",), ""),
    ("propelauth", ("propelauth-fastapi",), ("propelauth_fastapi",), ""),
)
TOKENS = (
    ("pyjwt", ("pyjwt",), ("jwt",)),
    ("python-jose", ("python-jose",), ("jose",)),
    ("joserfc", ("joserfc",), ("joserfc",)),
    ("authlib", ("authlib",), ("authlib",)),
    ("jwcrypto", ("jwcrypto",), ("jwcrypto",)),
)
JWKS = re.compile(r"jwks", re.IGNORECASE)

AI = (
    ("openai", r"openai|langchain-openai|llama-index-llms-openai|openai-agents"),
    ("anthropic", r"anthropic|langchain-anthropic|claude-agent-sdk|claude-code-sdk"),
    (
        "google",
        r"google-genai|google-generativeai|vertexai|google-cloud-aiplatform|langchain-google-(?:genai|vertexai)",
    ),
    ("mistral", r"mistralai|langchain-mistralai"),
    ("cohere", r"cohere|langchain-cohere"),
    ("groq", r"groq|langchain-groq"),
    ("ollama", r"ollama|langchain-ollama"),
    ("bedrock", r"langchain-aws|aws-bedrock\S*"),
    ("azure-ai", r"azure-ai-(?:inference|projects|openai)"),
    ("litellm", r"litellm|langchain-litellm"),
    ("langchain", r"langchain(?:-.*)?"),
    ("langgraph", r"langgraph(?:-.*)?"),
    ("llama-index", r"llama-index(?:-.*)?"),
    ("pydantic-ai", r"pydantic-ai(?:-slim)?"),
    ("crewai", r"crewai"),
    ("replicate", r"replicate"),
    ("together", r"together"),
    ("voyageai", r"voyageai|langchain-voyageai"),
    ("huggingface", r"huggingface-hub|transformers|langchain-huggingface"),
    ("mlflow", r"mlflow(?:-skinny|-tracing)?"),
    ("databricks", r"databricks-(?:sdk|langchain|openai|agents|vectorsearch)"),
    ("langfuse", r"langfuse"),
    ("langsmith", r"langsmith"),
)


def _better_auth(survey: Survey) -> Claim | None:
    """Find Better Auth in the front end, when the backend checks tokens by its keys."""
    for path in survey.tree.named("package.json"):
        table = None if is_aside(path) else read_json(survey.tree, path)
        if table and table.get("dependencies", "better-auth"):
            names = survey.code.matching(JWKS, "jwks", "JWKS", "Jwks", "JWK")
            if any(True for _ in names):
                return Claim("auth", "better-auth", table.source("dependencies", "better-auth"))
    return None


def claim_auth(survey: Survey) -> Iterator[Claim]:
    """Claim the library that authenticates: declared, and imported by the backend."""
    better = _better_auth(survey)
    if better:
        yield better
        return
    for name, packages, modules, needed in AUTH:
        found = next(
            (survey.dependencies[one] for one in packages if one in survey.dependencies), None
        )
        # The library's own repository does not authenticate anybody with itself.
        if found is None or found.dev or not survey.imported(*modules):
            continue
        if needed and not any(True for _ in survey.code.matching(re.compile(needed))):
            continue
        yield Claim("auth", name, found.source)
        return
    for name, packages, modules in TOKENS:
        found = next(
            (survey.dependencies[one] for one in packages if one in survey.dependencies), None
        )
        if found and not found.dev and survey.imported(*modules):
            yield Claim("auth", name, found.source)


def claim_ai(survey: Survey) -> Iterator[Claim]:
    """Claim the AI services among the backend's dependencies."""
    found: dict[str, str] = {}
    for name, dependency in survey.dependencies.items():
        if dependency.dev:
            continue
        for service, pattern in AI:
            if re.fullmatch(pattern, name):
                found.setdefault(service, dependency.source)
    if found:
        order = [service for service, _ in AI]
        listed = tuple(sorted(found, key=order.index))
        yield Claim("ai_services", listed, found[listed[0]])
