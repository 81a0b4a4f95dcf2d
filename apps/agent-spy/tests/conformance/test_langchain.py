"""LangChain and LangGraph, with models that answer from a list."""

from __future__ import annotations

import asyncio
import operator
from collections import Counter
from typing import Annotated, TypedDict

import pytest
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda, RunnableParallel
from langchain_core.tools import tool
from langgraph.graph import END, START, StateGraph
from langsmith import tracing_context

WORDS = "many words in a row"


@pytest.fixture(autouse=True)
def tracing(client, project):
    with tracing_context(enabled=True, client=client, project_name=project):
        yield


def model(*answers):
    return GenericFakeChatModel(messages=iter(answers))


def chain(*answers):
    prompt = ChatPromptTemplate.from_messages([("system", "Be {how}."), ("user", "{question}")])
    return prompt | model(*answers) | StrOutputParser()


def usage(text):
    told = {"input_tokens": 11, "output_tokens": 5, "total_tokens": 16}
    return AIMessage(text, usage_metadata=told)


def test_a_chain_reads_back_with_its_steps_and_its_tokens(client, stored):
    """Prompt, model and parser are read back below the chain, with the model's tokens."""
    assert chain(usage("Hello")).invoke({"how": "kind", "question": "ü?"}) == "Hello"
    runs = stored(4)
    (root,) = (run for run in runs if run.parent_run_id is None)
    read = client.read_run(root.id, load_child_runs=True)
    assert [(run.name, run.run_type) for run in read.child_runs] == [
        ("ChatPromptTemplate", "prompt"),
        ("GenericFakeChatModel", "llm"),
        ("StrOutputParser", "parser"),
    ]
    called = read.child_runs[1]
    assert called.total_tokens == 16
    assert (called.prompt_tokens, called.completion_tokens) == (11, 5)
    assert called.inputs["messages"][0][1]["kwargs"]["content"] == "ü?"
    assert read.outputs == {"output": "Hello"}


def test_streaming_tells_the_first_token_and_the_whole_answer(stored):
    """A stream is read back as one answer, with its events and the moment of its first token."""
    assert "".join(chain(WORDS).stream({"how": "kind", "question": "?"})) == WORDS
    (called,) = (run for run in stored(4) if run.run_type == "llm")
    assert [event["name"] for event in called.events] == ["start", "new_token", "end"]
    assert called.start_time <= called.first_token_time <= called.end_time
    assert called.outputs["generations"][0][0]["text"] == WORDS


def test_batches_and_parallel_branches_stay_apart(client, stored, project):
    """Branches that run beside each other are read back below their own call."""
    both = RunnableParallel(
        left=RunnableLambda(lambda x: x + 1, name="left"),
        right=RunnableLambda(lambda x: x - 1, name="right"),
    )
    assert both.batch(list(range(20))) == [{"left": n + 1, "right": n - 1} for n in range(20)]
    runs = stored(60)
    roots = {run.id: run for run in runs if run.parent_run_id is None}
    for run in runs:
        if run.parent_run_id:
            assert roots[run.parent_run_id].outputs[run.name] == run.outputs["output"]


def test_a_failing_step_fails_its_chain(stored):
    """What a step raises is told for it and for the chain."""

    def broken(_):
        raise ValueError("broken step")

    failing = RunnableLambda(lambda x: x, name="fine") | RunnableLambda(broken, name="broken")
    with pytest.raises(ValueError, match="broken step"):
        failing.invoke(1)
    states = {run.name: run.status for run in stored(3)}
    assert states == {"RunnableSequence": "error", "fine": "success", "broken": "error"}


class State(TypedDict):
    """What the graph hands on."""

    numbers: Annotated[list[int], operator.add]


@tool
def double(n: int) -> int:
    """Double a number."""
    return n * 2


def graph():
    def think(state):
        return {"numbers": [int(model(str(len(state["numbers"]))).invoke("next").content)]}

    async def act(state):
        return {"numbers": [await double.ainvoke({"n": state["numbers"][-1]})]}

    def again(state):
        return "act" if len(state["numbers"]) < 5 else END

    built = StateGraph(State)
    built.add_node("think", think)
    built.add_node("act", act)
    built.add_edge(START, "think")
    built.add_conditional_edges("think", again, ["act", END])
    built.add_edge("act", "think")
    return built.compile()


def test_a_graph_reads_back_with_its_loops(client, stored):
    """A graph's nodes, models and tools are read back in the order in which they ran."""
    done = asyncio.run(graph().ainvoke({"numbers": []}, {"metadata": {"thread_id": "g1"}}))
    assert done["numbers"] == [0, 0, 2, 4, 4]
    runs = stored(14, ended=True)
    (root,) = (run for run in runs if run.parent_run_id is None)
    assert (root.name, root.status) == ("LangGraph", "success")
    assert root.metadata["thread_id"] == "g1"
    read = client.read_run(root.id, load_child_runs=True)
    assert [run.name for run in read.child_runs] == ["think", "act", "think", "act", "think"]
    assert Counter(run.name for run in runs)["double"] == 2
    acts = [run for run in read.child_runs if run.name == "act"]
    assert [act.child_runs[0].outputs["output"] for act in acts] == [0, 4]
