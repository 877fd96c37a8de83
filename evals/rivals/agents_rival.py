"""Agents of others, driven along their documented happy path: a question comes in as a line, a word goes out.

Runs inside the rivals' virtual environment (.venv-bench). `langchain` is LangChain's `SQLDatabaseToolkit` under
`create_agent`; `vanna` is the agent that Vanna's documentation configures, `vanna, quickstart` that of its
five-minute quickstart. All ask the server named on the command line and read the SQLite file named there; what they
say is counted by that server.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

Ask = Callable[[str], None]


def langchain_agent(database: str, url: str) -> Ask:
    """LangChain's SQL agent as its documentation builds it."""
    from langchain.agents import create_agent
    from langchain_community.agent_toolkits import SQLDatabaseToolkit
    from langchain_community.utilities import SQLDatabase
    from langchain_openai import ChatOpenAI

    model = ChatOpenAI(model="stub", base_url=url, api_key="any", temperature=0)
    tools = SQLDatabaseToolkit(db=SQLDatabase.from_uri(f"sqlite:///{database}"), llm=model).get_tools()
    agent = create_agent(model, tools, system_prompt=_LANGCHAIN_PROMPT.format(dialect="sqlite", top_k=5))
    return lambda question: agent.invoke({"messages": [{"role": "user", "content": question}]})


# shorter than the one that LangChain's documentation uses, which only makes the rival cheaper
_LANGCHAIN_PROMPT = """
Answer questions from a SQL database ({dialect}). First list its tables, then read the schema of those you need, write
one query with at most {top_k} rows, have it checked, run it, and answer from its result. Mend a query that fails.
Read only; change nothing.
"""


def vanna_agent(database: str, url: str) -> Ask:
    """Vanna's agent as the page "configure: OpenAI, SQLite" of its documentation builds it."""
    from vanna.tools.agent_memory import (
        SaveQuestionToolArgsTool,
        SaveTextMemoryTool,
        SearchSavedCorrectToolUsesTool,
    )

    tools = [SaveQuestionToolArgsTool(), SearchSavedCorrectToolUsesTool(), SaveTextMemoryTool()]
    return _vanna(database, url, tools)


def quickstart_vanna_agent(database: str, url: str) -> Ask:
    """Vanna's agent as the page "5-minute quickstart" of its documentation builds it: one tool, which runs SQL."""
    return _vanna(database, url, [])


def _vanna(database: str, url: str, more: list[Any]) -> Ask:
    from vanna import Agent
    from vanna.core.registry import ToolRegistry
    from vanna.core.user import RequestContext, User, UserResolver
    from vanna.integrations.local.agent_memory import DemoAgentMemory
    from vanna.integrations.openai import OpenAILlmService
    from vanna.integrations.sqlite import SqliteRunner
    from vanna.tools import RunSqlTool

    class Anybody(UserResolver):
        async def resolve_user(self, request_context: Any) -> Any:
            del request_context
            return User(id="1", email="a@example.com", group_memberships=["user"])

    tools = ToolRegistry()
    for tool in (RunSqlTool(sql_runner=SqliteRunner(database)), *more):
        tools.register_local_tool(tool, access_groups=["user"])
    model = OpenAILlmService(model="stub", api_key="any", base_url=url)

    async def asked(question: str) -> None:
        # a memory of its own for each question: nothing saved before makes a later one dearer
        memory = DemoAgentMemory(max_items=1000)
        agent = Agent(llm_service=model, tool_registry=tools, user_resolver=Anybody(), agent_memory=memory)
        async for _ in agent.send_message(request_context=RequestContext(), message=question):
            pass

    return lambda question: asyncio.run(asked(question))


AGENTS = {"langchain": langchain_agent, "vanna": vanna_agent, "vanna, quickstart": quickstart_vanna_agent}
PACKAGES = {"langchain": "langchain-community", "vanna": "vanna", "vanna, quickstart": "vanna"}


def main() -> None:
    """Answer lines of JSON ({"question"}) until the input ends."""
    name, database, url = sys.argv[1:4]
    out, sys.stdout = sys.stdout, sys.stderr  # what a library prints must not get between the answers
    os.environ["LANGSMITH_TRACING"] = "false"
    ask = AGENTS[name](database, url)
    _say(out, {"version": version(PACKAGES[name])})
    for line in sys.stdin:
        try:
            ask(json.loads(line)["question"])
        except Exception as error:  # noqa: BLE001 - a library under trial may raise anything, and the table shows it
            _say(out, {"error": f"{type(error).__name__}: {error}"[:300]})
        else:
            _say(out, {"error": ""})


def _say(out: Any, message: dict[str, str]) -> None:
    out.write(json.dumps(message) + "\n")
    out.flush()


if __name__ == "__main__":
    main()
