"""Which attribute means what: LangSmith's own names, the GenAI semantic conventions of
OpenTelemetry (today's and those before), OpenInference's, and OpenLLMetry's (`traceloop.`, `llm.`).

Where a table lists several names, the first that a span has is taken.
"""

from __future__ import annotations

from typing import Final

LANGSMITH_SCOPE: Final = "langsmith"
"""The instrumentation under which LangSmith's own SDK sends runs as spans."""

RUN_ID: Final = "langsmith.span.id"
TRACE_ID: Final = "langsmith.trace.id"
PARENT_ID: Final = "langsmith.span.parent_id"
DOTTED_ORDER: Final = "langsmith.span.dotted_order"
PROJECT_ID: Final = "langsmith.trace.session_id"
REFERENCE_EXAMPLE_ID: Final = "langsmith.reference_example_id"
METADATA: Final = "langsmith.metadata."

NAMES: Final = ("langsmith.trace.name",)
PROJECTS: Final = (
    "langsmith.trace.session_name",
    "langsmith.project",
    "openinference.project.name",
)
"""The project, as a span's attribute or as its resource's."""
SERVICE: Final = "service.name"
NO_SERVICES: Final = ("unknown_service", "langsmith")
"""How the names of services begin that nobody gave."""
TAGS: Final = ("langsmith.span.tags", "tag.tags")
SERIALIZED: Final = "gen_ai.serialized."

RUN_TYPES: Final = {
    "langsmith.span.kind": {},
    "openinference.span.kind": {
        "agent": "chain",
        "guardrail": "chain",
        "evaluator": "chain",
        "decision": "chain",
        "reranker": "retriever",
    },
    "gen_ai.operation.name": {
        "chat": "llm",
        "completion": "llm",
        "text_completion": "llm",
        "generate_content": "llm",
        "embeddings": "embedding",
        "embedding": "embedding",
        "execute_tool": "tool",
        "retrieval": "retriever",
        "create_agent": "chain",
        "invoke_agent": "chain",
        "invoke_workflow": "chain",
    },
    "traceloop.span.kind": {
        "workflow": "chain",
        "task": "chain",
        "agent": "chain",
        "tool": "tool",
    },
    "llm.request.type": {
        "chat": "llm",
        "completion": "llm",
        "rerank": "retriever",
        "embedding": "embedding",
    },
}
"""Attributes that tell the kind of a run, and their words for it. A word that is LangSmith's own
needs no entry."""
KNOWN_TYPES: Final = frozenset(
    {"llm", "chain", "tool", "retriever", "embedding", "prompt", "parser"}
)
TYPE_BY_PRESENCE: Final = (
    ("gen_ai.tool.name", "tool"),
    ("tool.name", "tool"),
    ("gen_ai.request.model", "llm"),
    ("llm.model_name", "llm"),
    ("llm.request.model", "llm"),
)
"""What a span is that says nothing of its kind but has the attribute."""
DEFAULT_TYPE: Final = "chain"

INPUT_TEXTS: Final = ("gen_ai.prompt",)
OUTPUT_TEXTS: Final = ("gen_ai.completion",)
"""A whole input or output: JSON if it can be read as such. LangSmith's SDK sends its own so."""
INPUT_MESSAGES: Final = ("gen_ai.input.messages",)
OUTPUT_MESSAGES: Final = ("gen_ai.output.messages",)
INSTRUCTIONS: Final = "gen_ai.system_instructions"
"""Messages of parts, as JSON or as a list."""
INPUT_LISTS: Final = (
    ("gen_ai.prompt.", "messages"),
    ("llm.input_messages.", "messages"),
    ("llm.prompts.", "messages"),
    ("embedding.embeddings.", "embeddings"),
)
OUTPUT_LISTS: Final = (
    ("gen_ai.completion.", "messages"),
    ("llm.output_messages.", "messages"),
    ("llm.completions.", "messages"),
    ("retrieval.documents.", "documents"),
    ("reranker.output_documents.", "documents"),
)
"""Lists that are flattened into attributes, `PREFIX.0.role`, and what they are called in a run."""
INPUT_VALUES: Final = (
    "input.value",
    "traceloop.entity.input",
    "gen_ai.tool.call.arguments",
    "tool.parameters",
    "gen_ai.retrieval.query.text",
)
OUTPUT_VALUES: Final = (
    "output.value",
    "traceloop.entity.output",
    "gen_ai.tool.call.result",
    "gen_ai.retrieval.documents",
)
"""Like the texts above, for what has no messages."""
MIME_TYPES: Final = {"input.value": "input.mime_type", "output.value": "output.mime_type"}
INPUT_EVENTS: Final = {
    "gen_ai.content.prompt": None,
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
OUTPUT_EVENTS: Final = {"gen_ai.content.completion": None, "gen_ai.choice": "assistant"}
"""Events that are messages, and whose; `None` where one holds all."""
DETAILS_EVENTS: Final = frozenset({"gen_ai.client.inference.operation.details"})
"""Events whose attributes may say what the span's own do not."""
FIRST_TOKEN_EVENTS: Final = frozenset(
    {"new_token", "First Token Stream Event", "llm.content.completion.chunk"}
)
FIRST_TOKEN_SECONDS: Final = "gen_ai.response.time_to_first_chunk"  # noqa: S105 - a name

EXCEPTION: Final = "exception"
"""The event of an exception; its attributes follow."""
EXCEPTION_TYPE, EXCEPTION_MESSAGE, EXCEPTION_STACK = (
    "exception.type",
    "exception.message",
    "exception.stacktrace",
)
ERROR_TYPE: Final = "error.type"

USAGE: Final = {
    "input_tokens": (
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.prompt_tokens",
        "llm.token_count.prompt",
        "llm.usage.prompt_tokens",
    ),
    "output_tokens": (
        "gen_ai.usage.output_tokens",
        "gen_ai.usage.completion_tokens",
        "llm.token_count.completion",
        "llm.usage.completion_tokens",
    ),
    "total_tokens": (
        "gen_ai.usage.total_tokens",
        "llm.token_count.total",
        "llm.usage.total_tokens",
    ),
    "input_cost": ("gen_ai.usage.input_cost", "llm.cost.prompt"),
    "output_cost": ("gen_ai.usage.output_cost", "llm.cost.completion"),
    "total_cost": ("gen_ai.usage.total_cost", "gen_ai.usage.cost", "llm.cost.total"),
}
USAGE_DETAILS: Final = {
    "input_token_details": {
        "cache_read": (
            "gen_ai.usage.cache_read.input_tokens",
            "gen_ai.usage.cache_read_input_tokens",
            "llm.token_count.prompt_details.cache_read",
        ),
        "cache_creation": (
            "gen_ai.usage.cache_creation.input_tokens",
            "gen_ai.usage.cache_write.input_tokens",
            "gen_ai.usage.cache_creation_input_tokens",
            "llm.token_count.prompt_details.cache_write",
        ),
        "audio": ("llm.token_count.prompt_details.audio",),
    },
    "output_token_details": {
        "reasoning": (
            "gen_ai.usage.reasoning.output_tokens",
            "llm.token_count.completion_details.reasoning",
        ),
        "audio": ("llm.token_count.completion_details.audio",),
    },
}
"""Tokens and cost, under the names of LangSmith's `usage_metadata`."""

METADATA_NAMES: Final = {
    "ls_provider": ("gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system"),
    "ls_model_name": (
        "gen_ai.request.model",
        "llm.model_name",
        "llm.request.model_name",
        "llm.request.model",
        "embedding.model_name",
        "gen_ai.response.model",
    ),
    "ls_temperature": ("gen_ai.request.temperature",),
    "ls_max_tokens": ("gen_ai.request.max_tokens",),
    "session_id": ("session.id",),
    "thread_id": ("gen_ai.conversation.id", "langsmith.thread_id"),
    "user_id": ("user.id",),
}
"""Metadata that LangSmith knows by a name of its own; the attributes are kept beside it."""
METADATA_PREFIXES: Final = (METADATA, "traceloop.association.properties.")
"""What follows these is a key of the metadata."""
METADATA_JSON: Final = "metadata"
"""OpenInference's metadata: one object as JSON."""
PARAMETERS: Final = "gen_ai.request."
"""What follows it is a parameter of the call."""
PARAMETERS_JSON: Final = "llm.invocation_parameters"
TOOLS: Final = "gen_ai.tool.definitions"
TOOL_LIST: Final = "llm.tools."

SPENT: Final = frozenset(
    {RUN_ID, TRACE_ID, PARENT_ID, DOTTED_ORDER, PROJECT_ID, REFERENCE_EXAMPLE_ID}
    | {*NAMES, *PROJECTS, *TAGS, METADATA_JSON, PARAMETERS_JSON, TOOLS, "langsmith.span.kind"}
)
"""Attributes that a run says in its own fields, and need not be metadata as well."""
SPENT_PREFIXES: Final = (*METADATA_PREFIXES, PARAMETERS, TOOL_LIST, SERIALIZED)
