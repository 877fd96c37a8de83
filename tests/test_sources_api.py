"""A web API as a source, against a local server with pages, rate limits, dropped connections and a token."""

from __future__ import annotations

import json
import threading
from collections.abc import Generator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest

from tests.sources_world import World
from warehouse import LoadError
from warehouse.sources import web_api

pytest.importorskip("dlt", reason="the extra `api` is not installed")
pytestmark = pytest.mark.filterwarnings("ignore")  # of libraries that are not ours

PAGE = 10
DECLARED = """
sources:
  shop_orders:
    system: shop
    table: orders
    api:
      url: {url}
      resource: orders
      data: data
      auth: SHOP_TOKEN
      since: changed_from
      paging: {{type: page_number, base_page: 1, total_path: null, stop_after_empty_page: true}}
    watermark: changed
    columns:
      order_id: id
      ordered_at: day
      gross_amount: money.total
      status: {{from: state, values: {{paid: completed, void: cancelled}}}}
      channel: {{value: web}}
      currency: {{value: EUR}}
"""


@dataclass
class Shop:
    """What the server hands out, and how it misbehaves: `faults` are statuses (0: drop) of the next answers."""

    orders: list[dict[str, object]]
    faults: list[int] = field(default_factory=list)
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    url: str = ""


def order(number: int) -> dict[str, object]:
    day = f"2026-01-{1 + number % 28:02d}"
    changed = f"2026-02-01T00:00:{number:02d}Z"
    return {"id": number, "day": day, "money": {"total": number + 0.5}, "state": "paid", "changed": changed}


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Generator[Shop]:
    state = Shop([order(n) for n in range(25)])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name that the library calls
            query = parse_qs(urlparse(self.path).query)
            state.asked.append(query)
            fault = state.faults.pop(0) if state.faults else 200
            if self.headers.get("Authorization") != "Bearer t0ken":
                fault = 401
            if fault == 0:
                self.connection.close()
                return
            first = (int(query.get("page", ["1"])[0]) - 1) * PAGE
            since = query.get("changed_from", [""])[0].replace("T", " ")
            rows = [row for row in state.orders if str(row["changed"]).replace("T", " ") >= since]
            body = json.dumps({"data": rows[first : first + PAGE]}).encode()
            self.send_response(fault)
            if fault == 429:
                self.send_header("Retry-After", "0")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's own name
            """Say nothing."""

    monkeypatch.setenv("SHOP_TOKEN", "t0ken")
    monkeypatch.setattr(web_api, "BACKOFF", 0.0)
    monkeypatch.setattr(web_api, "ATTEMPTS", 3)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}/"
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def world(tmp_path: Path, shop: Shop) -> World:
    world = World(tmp_path)
    world.declare(DECLARED.format(url=shop.url))
    return world


def test_every_page_is_read_once(world: World, shop: Shop) -> None:
    assert world.load().loaded[0].counts.inserted == 25
    assert world.rows("SELECT count(*), sum(gross_amount)::DOUBLE FROM core.orders") == [(25, 312.5)]
    assert [query["page"] for query in shop.asked] == [["1"], ["2"], ["3"], ["4"]]


def test_later_loads_ask_from_the_watermark_on(world: World, shop: Shop) -> None:
    world.load()
    shop.asked.clear()
    shop.orders += [order(30)]
    counts = world.load().loaded[0].counts
    assert (counts.rows_in, counts.inserted, counts.unchanged) == (2, 1, 1)
    assert shop.asked[0]["changed_from"] == ["2026-02-01T00:00:24Z"]


def test_rate_limits_and_dropped_connections_are_waited_out(world: World, shop: Shop) -> None:
    shop.faults = [429, 200, 0, 200, 503]
    assert world.load().loaded[0].counts.inserted == 25


def test_a_connection_that_breaks_for_good_changes_nothing(world: World, shop: Shop) -> None:
    world.load()
    shop.orders += [order(30 + n) for n in range(20)]
    shop.faults = [200, 0, 0, 0, 0, 0]
    with pytest.raises(LoadError, match="connection broke"):
        world.load()
    assert world.rows("SELECT count(*) FROM core.orders") == [(25,)]


def test_a_refusal_is_named_without_the_token(world: World, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "wr0ng")
    with pytest.raises(LoadError, match="401") as caught:
        world.load()
    assert "wr0ng" not in str(caught.value)
    monkeypatch.delenv("SHOP_TOKEN")
    with pytest.raises(LoadError, match="the environment has no SHOP_TOKEN"):
        world.load()
