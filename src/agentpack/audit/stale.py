"""What libraries once had: since which version it is gone, or on its way out, and what is there."""

from __future__ import annotations

from agentpack.record import Record


class Stale(Record):
    """Something of a library that is gone, or deprecated, from a version on.

    Args:
        package: as it is installed.
        since: the first version without it, or that warns of it.
        mend: what takes its place.
        gone: whether its use fails, rather than warns.
    """

    package: str
    since: str
    mend: str
    gone: bool = True


_POINTS = "query_points, with `query=` and `query_filter=`"
QDRANT = {
    **{
        name: Stale("qdrant-client", "1.16", _POINTS)
        for name in (
            "search",
            "search_batch",
            "search_groups",
            "recommend",
            "recommend_batch",
            "recommend_groups",
            "discover",
            "discover_batch",
        )
    },
    "upload_records": Stale("qdrant-client", "1.16", "upload_points"),
    "add": Stale("qdrant-client", "1.18", "upsert, with models.Document"),
    "query": Stale("qdrant-client", "1.18", "query_points, with models.Document"),
    "query_batch": Stale("qdrant-client", "1.18", "query_batch_points"),
}
"""The methods of Qdrant's clients."""

NAMES = {
    "pydantic.BaseSettings": Stale("pydantic", "2.0", "import it from pydantic_settings"),
    "pydantic.parse_raw_as": Stale("pydantic", "2.0", "TypeAdapter(…).validate_json"),
    "pydantic.stricturl": Stale("pydantic", "2.0", "Annotated[…, UrlConstraints(…)]"),
    "pydantic.error_wrappers.ErrorWrapper": Stale("pydantic", "2.0", "PydanticCustomError"),
    "openai.ChatCompletion": Stale("openai", "1.0", "AsyncOpenAI().chat.completions"),
    "openai.Completion": Stale("openai", "1.0", "AsyncOpenAI().completions"),
    "openai.Embedding": Stale("openai", "1.0", "AsyncOpenAI().embeddings"),
    "openai.error": Stale("openai", "1.0", "the exceptions in openai itself"),
    "mlflow.genai.search_traces": Stale("mlflow", "3.0", "mlflow.search_traces(locations=[…])"),
    "pydantic.validator": Stale("pydantic", "2.0", "field_validator", gone=False),
    "pydantic.root_validator": Stale("pydantic", "2.0", "model_validator", gone=False),
    "pydantic.parse_obj_as": Stale("pydantic", "2.0", "TypeAdapter(…).validate_python", gone=False),
    "fastapi.responses.ORJSONResponse": Stale(
        "fastapi", "0.131", "a response model: FastAPI writes it as JSON in Rust", gone=False
    ),
    "fastapi.responses.UJSONResponse": Stale(
        "fastapi", "0.131", "a response model: FastAPI writes it as JSON in Rust", gone=False
    ),
    "sqlalchemy.ext.declarative.declarative_base": Stale(
        "sqlalchemy", "2.0", "a subclass of sqlalchemy.orm.DeclarativeBase", gone=False
    ),
}
"""What is imported by its full name."""
