"""Records of a web API that hands out JSON in pages, through dlt: its pages, its retries, its rate limits.

A record counts only when the last page was read: a connection that breaks for good stops the source and changes
nothing. Requests that fail for now (too many of them, a server that stumbles, a dropped connection) are repeated
with growing pauses, as long as the server asks for.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any, cast

from warehouse.errors import LoadError
from warehouse.sources.declared import Api
from warehouse.sources.json_records import flat_record
from warehouse.sources.reading import BadRow, Reading, Row, text_of

ATTEMPTS = 6
LONGEST_PAUSE = 120  # seconds
BACKOFF = 1.0  # seconds before the first repetition, doubled each time


def read_api(name: str, api: Api, watermark: str | None = None, last: str | None = None) -> Reading:
    """All records of the resource; `last` is sent under the name that `api.since` gives it.

    Raises LoadError when the extra is not installed, when the API refuses, or when it breaks off for good; no error
    tells the token.
    """
    params: dict[str, Any] = dict(api.params)
    if api.since and watermark and last is not None:
        params[api.since] = last
    records = list(_records(name, api, params))
    columns: dict[str, str] = {}
    for record in records:
        for column in _cells(record) or ():
            columns.setdefault(column.casefold(), column)

    def rows() -> Iterator[Row | BadRow]:
        for number, record in enumerate(records, 1):
            cells = _cells(record)
            if cells is None:
                yield BadRow(number, "it is not a JSON object.", str(record))
            else:
                yield number, [text_of(cells.get(column)) for column in columns.values()]

    return Reading(name, tuple(columns.values()), rows)


def _cells(record: Any) -> dict[str, Any] | None:
    return cast("dict[str, Any]", record) if isinstance(record, dict) else None


def _records(name: str, api: Api, params: Mapping[str, Any]) -> Iterator[Any]:
    os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")  # or it looks for a host of its own
    try:
        from dlt.sources.helpers.requests import Client
        from dlt.sources.helpers.rest_client.auth import BearerTokenAuth
        from dlt.sources.helpers.rest_client.client import RESTClient
        from dlt.sources.rest_api.config_setup import create_paginator
        from requests.exceptions import RequestException
    except ImportError as error:
        remedy = "Install it: pip install 'tellwise[api]'."
        raise LoadError("reading APIs needs dlt.", file=name, remedy=remedy) from error
    token = _token(name, api)
    try:
        paginator = create_paginator(api.paging)  # type: ignore[arg-type]  # dlt checks what it is given
    except (ValueError, TypeError) as error:
        raise LoadError(
            f"paging cannot be read: {error}.", file=name, remedy="See dlt's kinds of pagination."
        ) from error
    session = Client(
        raise_for_status=False,
        request_max_attempts=ATTEMPTS,
        request_backoff_factor=BACKOFF,
        request_max_retry_delay=LONGEST_PAUSE,
    ).session
    client = RESTClient(
        api.url,
        auth=BearerTokenAuth(token) if token else None,
        paginator=paginator,
        session=session,  # type: ignore[arg-type]
    )
    try:
        for page in client.paginate(api.resource, params=dict(params), data_selector=api.data):
            yield from (flat_record(record) for record in page)
    except RequestException as error:
        raise LoadError(_told(error), file=name, remedy="Run the load again later.") from error


def _token(name: str, api: Api) -> str | None:
    if api.auth is None:
        return None
    token = os.environ.get(api.auth)
    if not token:
        raise LoadError(f"the environment has no {api.auth}.", file=name, remedy=f"Set {api.auth} to the API's token.")
    return token


def _told(error: Exception) -> str:
    """What went wrong without the address, whose parameters may be secret."""
    response = getattr(error, "response", None)
    if response is not None:
        return f"the API answered {response.status_code} {response.reason}."
    return f"the connection broke ({type(error).__name__})."
