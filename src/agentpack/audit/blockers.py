"""What blocks a thread until somebody else has answered, or for long enough to be felt.

Ruff's ASYNC rules find the plain functions where they stand in an `async def`; what they cannot
see is a function of the project between the two, and the method of an object whose kind is told
somewhere else.
"""

from __future__ import annotations

import ast

from agentpack.audit.codebase import Call, Codebase
from agentpack.audit.libraries import CONNECTION, ENGINE, SESSION
from agentpack.record import Record


class Blocker(Record):
    """A call that blocks.

    Args:
        what: what is called, as a reader knows it.
        mend: what does the same without blocking.
        ruff: whether ruff finds it where it stands in an `async def`.
    """

    what: str
    mend: str
    ruff: bool = False


class _Object(Record):
    """Objects of a kind: which of their methods block (none named: all but those excepted)."""

    what: str
    mend: str
    methods: frozenset[str] = frozenset()
    excepted: frozenset[str] = frozenset()


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_THREAD = "make it a `def`, which runs in a thread, or call it by `run_in_threadpool`"
_HTTP = _words("get post put patch delete head options request send stream")
_LLM = _words("create parse retrieve list delete generate edit cancel upload stream count_tokens")
_SMTP = _words("connect starttls login sendmail send_message quit")
_SQL = _words(
    "execute exec scalar scalars commit flush refresh get get_one query rollback merge "
    "bulk_save_objects bulk_insert_mappings stream"
)
_MONGO = _words(
    "find_one insert_one insert_many update_one update_many replace_one delete_one delete_many "
    "count_documents estimated_document_count aggregate distinct find_one_and_update "
    "find_one_and_delete find_one_and_replace bulk_write create_index list_collection_names"
)
_MLFLOW = _words(
    "search_traces search_runs search_experiments get_trace get_run set_experiment start_run "
    "log_metric log_metrics log_param log_params log_artifact log_artifacts log_text log_dict "
    "log_feedback log_expectation log_assessment create_experiment load_model register_model "
    "delete_traces set_trace_tag get_experiment get_experiment_by_name evaluate load_prompt "
    "register_prompt search_prompts"
)
_HASH = "a password hash, which computes for a tenth of a second and more"

_OBJECTS = {
    SESSION: _Object("a sync SQLAlchemy session", f"{_THREAD}; or use AsyncSession", _SQL),
    CONNECTION: _Object("a sync SQLAlchemy connection", f"{_THREAD}; or use AsyncConnection", _SQL),
    ENGINE: _Object("a sync SQLAlchemy engine", _THREAD, _words("connect begin raw_connection")),
    "boto3.client": _Object(
        "boto3",
        f"{_THREAD}; or use aioboto3",
        excepted=_words(
            "get_paginator get_waiter generate_presigned_url generate_presigned_post Bucket Object "
            "Table Queue Topic close can_paginate"
        ),
    ),
    "jwt.PyJWKClient": _Object(
        "PyJWKClient, which fetches keys by urllib",
        _THREAD,
        _words("get_signing_key get_signing_key_from_jwt get_signing_keys get_jwk_set fetch_data"),
    ),
    "requests.Session": _Object(
        "a requests session", f"{_THREAD}; or use httpx.AsyncClient", _HTTP
    ),
    "httpx.Client": _Object("a sync httpx client", "use httpx.AsyncClient", _HTTP),
    "urllib3.PoolManager": _Object("urllib3", f"{_THREAD}; or use httpx.AsyncClient", _HTTP),
    "smtplib.SMTP": _Object("smtplib", f"{_THREAD}; or use aiosmtplib", _SMTP),
    "smtplib.SMTP_SSL": _Object("smtplib", f"{_THREAD}; or use aiosmtplib", _SMTP),
    "psycopg2.connection": _Object(
        "psycopg2", f"{_THREAD}; or use psycopg's AsyncConnection", _words("cursor commit rollback")
    ),
    "psycopg.Connection": _Object(
        "a sync psycopg connection",
        f"{_THREAD}; or use AsyncConnection",
        _words("execute commit rollback"),
    ),
    "pymysql.Connection": _Object("pymysql", _THREAD, _words("cursor commit rollback")),
    "pymongo.MongoClient": _Object("pymongo", f"{_THREAD}; or use AsyncMongoClient", _MONGO),
    "supabase.Client": _Object("the sync Supabase client", _THREAD, _words("execute")),
    "mlflow.MlflowClient": _Object("the MLflow SDK", _THREAD),
    "passlib.context.CryptContext": _Object(_HASH, _THREAD, _words("hash verify encrypt")),
    "pwdlib.PasswordHash": _Object(_HASH, _THREAD, _words("hash verify verify_and_update")),
    "argon2.PasswordHasher": _Object(_HASH, _THREAD, _words("hash verify")),
}
_CLIENTS = {
    "redis": (
        ("Redis", "StrictRedis", "RedisCluster"),
        _Object(
            "the sync Redis client",
            "use redis.asyncio",
            excepted=_words("pipeline pubsub close register_script lock transaction"),
        ),
    ),
    "qdrant_client": (
        ("QdrantClient",),
        _Object("the sync Qdrant client", "use AsyncQdrantClient", excepted=_words("close")),
    ),
    "openai": (
        ("OpenAI", "AzureOpenAI"),
        _Object("the sync OpenAI client", "use AsyncOpenAI", _LLM),
    ),
    "anthropic": (
        ("Anthropic", "AnthropicBedrock", "AnthropicVertex"),
        _Object("the sync Anthropic client", "use AsyncAnthropic", _LLM),
    ),
    "elasticsearch": (
        ("Elasticsearch",),
        _Object(
            "the sync Elasticsearch client", "use AsyncElasticsearch", excepted=_words("close")
        ),
    ),
    "opensearchpy": (
        ("OpenSearch",),
        _Object("the sync OpenSearch client", "use AsyncOpenSearch", excepted=_words("close")),
    ),
    "mlflow": (("MlflowClient",), _OBJECTS["mlflow.MlflowClient"]),
    "jwt": (("PyJWKClient",), _OBJECTS["jwt.PyJWKClient"]),
    "pymongo": (("MongoClient",), _OBJECTS["pymongo.MongoClient"]),
}

_FUNCTIONS = {
    **{f"requests.{name}": ("use httpx.AsyncClient", True) for name in _HTTP - {"send", "stream"}},
    **{f"httpx.{name}": ("use httpx.AsyncClient", True) for name in _HTTP - {"send"}},
    **{
        f"subprocess.{name}": ("use asyncio.create_subprocess_exec", True)
        for name in ("run", "call", "check_call", "check_output", "getoutput", "getstatusoutput")
    },
    "os.system": ("use asyncio.create_subprocess_shell", True),
    "time.sleep": ("use asyncio.sleep", True),
    "urllib.request.urlopen": ("use httpx.AsyncClient", True),
    "urllib.request.urlretrieve": ("use httpx.AsyncClient", False),
    "smtplib.SMTP": (f"{_THREAD}; or use aiosmtplib", False),
    "smtplib.SMTP_SSL": (f"{_THREAD}; or use aiosmtplib", False),
    "psycopg2.connect": (f"{_THREAD}; or use psycopg's AsyncConnection", False),
    "psycopg.connect": (f"{_THREAD}; or use AsyncConnection.connect", False),
    "pymysql.connect": (_THREAD, False),
    "bcrypt.hashpw": (_THREAD, False),
    "bcrypt.checkpw": (_THREAD, False),
    "socket.create_connection": ("use asyncio.open_connection", False),
    "socket.getaddrinfo": ("use loop.getaddrinfo", False),
    "socket.gethostbyname": ("use loop.getaddrinfo", False),
    **{f"mlflow.{name}": (_THREAD, False) for name in _MLFLOW},
    **{f"mlflow.genai.{name}": (_THREAD, False) for name in _MLFLOW},
}

_NAMES = frozenset(name.rpartition(".")[2] for name in _FUNCTIONS)
_STRIPE = _words("create retrieve modify list delete cancel confirm search")


def blocker(codebase: Codebase, call: Call) -> Blocker | None:
    """What blocks in a call, or None."""
    function = call.node.func
    name = getattr(function, "id", getattr(function, "attr", ""))
    if name in _NAMES or name in _STRIPE:
        full = codebase.name(call)
        if full in _FUNCTIONS:
            mend, ruff = _FUNCTIONS[full]
            # Making the connection and using it is one fault.
            what = "smtplib" if full.startswith("smtplib.") else f"`{full}`"
            return Blocker(what, mend, ruff)
        if full.startswith("stripe.") and name in _STRIPE and full.count(".") > 1:
            return Blocker(f"`{full}`", "use its `_async` twin")
    if not isinstance(function, ast.Attribute):
        return None
    owner: ast.expr = function.value
    while True:
        found = _object(codebase.kind(owner, call))
        if found is not None:
            deep = owner is not function.value
            return _blocks(found, name, call, owner, deep=deep)
        if not isinstance(owner, ast.Attribute):
            return None
        owner = owner.value


def _object(kind: str) -> _Object | None:
    if not kind:
        return None
    found = _OBJECTS.get(kind)
    if found is not None:
        return found
    top, _, rest = kind.partition(".")
    names, client = _CLIENTS.get(top, ((), None))
    if client is None or "asyncio" in kind or "aio." in kind:
        return None
    return client if rest.rpartition(".")[2] in names else None


def _blocks(
    found: _Object, name: str, call: Call, owner: ast.expr, *, deep: bool
) -> Blocker | None:
    if deep and found.what.startswith(("a sync SQLAlchemy", "a password")):
        return None
    if name in found.excepted or name.startswith("_") or name in {"with_options", "copy"}:
        return None
    if found.methods and name not in found.methods:
        return None
    # Ruff knows a client that is made in the same function.
    scope = call.scope
    local = isinstance(owner, ast.Name) and scope is not None and owner.id in scope.bound
    return Blocker(found.what, found.mend, ruff=found.what == "a sync httpx client" and local)
