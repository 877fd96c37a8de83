"""A web server and a mail server on this machine that keep what they are sent."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Web:
    """What a web server was sent: headers and content of each request; `replies` are given in turn, then 200."""

    port: int = 0
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    replies: list[int] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.port}/hook"

    @property
    def keys(self) -> list[str]:
        return [one["Idempotency-Key"] for one in self.headers]

    @property
    def titles(self) -> list[str]:
        return [one["title"] for one in self.bodies]


@contextmanager
def web_receiver() -> Iterator[Web]:
    kept = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = kept.replies.pop(0) if kept.replies else 200
            if status == 200:
                kept.headers.append(dict(self.headers))
                kept.bodies.append(json.loads(body))
            self.send_response(status)
            self.end_headers()

        def log_request(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.port = server.server_port
    yield from _serving(server, kept)


@dataclass
class Mail:
    """What a mail server was sent."""

    port: int = 0
    messages: list[EmailMessage] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"mailto://127.0.0.1:{self.port}?from=tellwise@example.com&to=ann@example.com&mode=insecure"


@contextmanager
def mail_receiver() -> Iterator[Mail]:
    kept = Mail()

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            self.say("220 here")
            while line := self.rfile.readline():
                word = line.strip().upper()
                if word == b"DATA":
                    self.say("354 go on")
                    lines: list[bytes] = []
                    while (text := self.rfile.readline()) != b".\r\n":
                        lines.append(text[1:] if text.startswith(b"..") else text)
                    kept.messages.append(message_from_bytes(b"".join(lines), policy=policy.default))  # type: ignore[arg-type]  # the policy makes it one
                self.say("221 bye" if word == b"QUIT" else "250 ok")
                if word == b"QUIT":
                    return

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    kept.port = server.server_address[1]
    yield from _serving(server, kept)


def _serving(server: Any, kept: Any) -> Iterator[Any]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
