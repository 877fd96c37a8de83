"""A server on this machine that speaks OpenAI's chat protocol: replies from a script, streams, tools, failures.

    with OpenAIServer([Reply("hello"), Reply(status=429), Reply(tools=[ToolCall("run_sql", {"sql": "S"})])]) as server:
        client = openai.OpenAI(base_url=server.url, api_key="any")

The script is a list, used in turn (the last reply stays), or a function of the request's body. Every body that came in
stands in `server.requests`, its headers by their names in small letters in `server.headers`. With `embed` it gives
embeddings, too, whose bodies stand in `server.embedded`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Body = Mapping[str, Any]


@dataclass(frozen=True)
class ToolCall:
    """A call that the model makes; `arguments` as text is sent as it is, even when it is no JSON."""

    name: str
    arguments: Mapping[str, Any] | str = field(default_factory=dict)

    def as_json(self, at: int) -> dict[str, Any]:
        """The call as the protocol writes it, at its place among several."""
        text = self.arguments if isinstance(self.arguments, str) else json.dumps(self.arguments)
        return {"id": f"call_{at}", "type": "function", "function": {"name": self.name, "arguments": text}}


@dataclass(frozen=True)
class Reply:
    """What the server says to one request.

    `usage` are tokens in and out; None counts a quarter of the characters, `False` sends no usage at all. `raw` is sent
    instead of a completion. `cut_after` breaks the connection after so many pieces of a stream, or bytes of a body.
    `wait` is called before anything is sent, or after `silent_after` pieces of a stream.
    """

    text: str = ""
    tools: Sequence[ToolCall] = ()
    finish: str = ""
    status: int = 200
    usage: tuple[int, int] | bool | None = None
    raw: str | None = None
    cut_after: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    pieces: int = 4
    wait: Callable[[], object] = lambda: None
    silent_after: int | None = None


Embed = Callable[[str], Sequence[float]]
Script = Sequence[Reply] | Callable[[Body], Reply]


class OpenAIServer:
    """The server; a context manager, listening on a port of its own while the block lasts."""

    def __init__(self, script: Script, key: str = "", embed: Embed | None = None):
        self._script, self._key, self._lock = script, key, threading.Lock()
        self.embed, self.embedded = embed, list[Body]()
        self.requests: list[Body] = []
        self.headers: list[Mapping[str, str]] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"owner": self}))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        """The base address for a client."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def __enter__(self) -> OpenAIServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def reply_to(self, body: Body, headers: Mapping[str, str]) -> Reply:
        """The reply to a request, which is written down."""
        with self._lock:
            self.requests.append(body)
            self.headers.append(headers)
            number = len(self.requests)
        if self._key and headers.get("authorization") != f"Bearer {self._key}":
            return Reply("Incorrect API key provided.", status=401)
        if callable(self._script):
            return self._script(body)
        return self._script[min(number, len(self._script)) - 1]


def said(body: Body, role: str = "user") -> str:
    """All that the messages of one role hold, the newest last."""
    return "\n".join(_text(message["content"]) for message in body["messages"] if message["role"] == role)


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content)
    return content or ""


class _Handler(BaseHTTPRequestHandler):
    """One connection; `owner` knows the script."""

    owner: OpenAIServer

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        models = [{"id": "stub", "object": "model", "created": 0, "owned_by": "tests"}]
        self._send(200, json.dumps({"object": "list", "data": models}), {})

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.endswith("/embeddings") and self.owner.embed is not None:
            self._embed(json.loads(raw), self.owner.embed)
            return
        if not self.path.endswith("/chat/completions"):
            self._send(404, _error(f"Unknown path {self.path}", 404), {})
            return
        body = json.loads(raw)
        reply = self.owner.reply_to(body, {name.lower(): value for name, value in self.headers.items()})
        if reply.silent_after is None:
            reply.wait()
        self._answer(body, reply)

    def _embed(self, body: Body, embed: Embed) -> None:
        self.owner.embedded.append(body)
        data = [{"object": "embedding", "index": at, "embedding": embed(text)} for at, text in enumerate(body["input"])]
        usage = {"prompt_tokens": len(data), "total_tokens": len(data)}
        found = {"object": "list", "model": body["model"], "data": data[::-1], "usage": usage}
        self._send(200, json.dumps(found), {})

    def _answer(self, body: Body, reply: Reply) -> None:
        if reply.status != 200:
            self._send(reply.status, reply.raw or _error(reply.text or "scripted failure", reply.status), reply.headers)
        elif body.get("stream"):
            self._stream(body, reply)
        else:
            self._send(200, reply.raw or json.dumps(_completion(body, reply)), reply.headers, reply.cut_after)

    def _send(self, status: int, text: str, headers: Mapping[str, str], cut_after: int | None = None) -> None:
        data = text.encode()
        self.send_response(status)
        # clients wait as long as the server asks for before they try again
        for name, value in {"Content-Type": "application/json", "retry-after-ms": "1", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data if cut_after is None else data[:cut_after])
        self.close_connection = self.close_connection or cut_after is not None

    def _stream(self, body: Body, reply: Reply) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        for at, piece in enumerate(_pieces(body, reply)):
            if at == reply.cut_after:
                return
            if at == reply.silent_after:
                reply.wait()
            self.wfile.write(f"data: {json.dumps(piece)}\n\n".encode())
            self.wfile.flush()
        self.wfile.write(b"data: [DONE]\n\n")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server calls
        """Nothing: tests say what they need to."""


def _error(text: str, status: int) -> str:
    return json.dumps({"error": {"message": text, "type": "scripted", "param": None, "code": str(status)}})


def _finish(reply: Reply) -> str:
    return reply.finish or ("tool_calls" if reply.tools else "stop")


def _completion(body: Body, reply: Reply) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.text or None}
    if reply.tools:
        message["tool_calls"] = [call.as_json(at) for at, call in enumerate(reply.tools)]
    choice = {"index": 0, "message": message, "finish_reason": _finish(reply), "logprobs": None}
    found: dict[str, Any] = {**_head(body, "chat.completion"), "choices": [choice]}
    if reply.usage is not False:
        found["usage"] = _usage(body, reply)
    return found


def _head(body: Body, kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": kind, "created": 0, "model": body.get("model", "stub")}


def _usage(body: Body, reply: Reply) -> dict[str, int]:
    if isinstance(reply.usage, tuple):
        tokens_in, tokens_out = reply.usage
    else:
        written = reply.text + "".join(json.dumps(call.as_json(0)) for call in reply.tools)
        tokens_in, tokens_out = len(json.dumps(body)) // 4, len(written) // 4
    return {"prompt_tokens": tokens_in, "completion_tokens": tokens_out, "total_tokens": tokens_in + tokens_out}


def _pieces(body: Body, reply: Reply) -> Iterator[dict[str, Any]]:
    """The completion as a stream sends it: text and tool arguments in fragments, then the end, then the usage."""
    head = _head(body, "chat.completion.chunk")

    def piece(delta: Mapping[str, Any], finish: str | None = None) -> dict[str, Any]:
        return {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}

    yield piece({"role": "assistant", "content": ""})
    for part in _fragments(reply.text, reply.pieces):
        yield piece({"content": part})
    for at, call in enumerate(reply.tools):
        whole = call.as_json(at)
        function = whole.pop("function")
        opening = {"index": at, **whole, "function": {"name": function["name"], "arguments": ""}}
        yield piece({"tool_calls": [opening]})
        for part in _fragments(function["arguments"], reply.pieces):
            yield piece({"tool_calls": [{"index": at, "function": {"arguments": part}}]})
    yield piece({}, _finish(reply))
    if reply.usage is not False and (body.get("stream_options") or {}).get("include_usage"):
        yield {**head, "choices": [], "usage": _usage(body, reply)}


def _fragments(text: str, pieces: int) -> list[str]:
    """The text in about so many parts."""
    size = max(1, -(-len(text) // pieces))
    return [text[at : at + size] for at in range(0, len(text), size)]
