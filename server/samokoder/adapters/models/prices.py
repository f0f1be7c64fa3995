"""What models cost: by the person's own prices, else the endpoint's, else the table shipped with us."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from samokoder.adapters.models.endpoint import FREE, Abilities, Endpoint, Price
from samokoder.domain.value import Value

_DATED = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{8}|latest)$")
"""A dated release costs what its model costs."""


class Listed(Value):
    price: Price
    context: int | None = None
    max_output: int | None = None


class Table(Value):
    as_of: str
    """The day the prices were looked up, ISO 8601."""
    models: Mapping[str, Listed]

    def of(self, name: str) -> Listed | None:
        return self.models.get(name) or self.models.get(_DATED.sub("", name))


@cache
def table() -> Table:
    """The one shipped; US dollars for a million tokens."""
    kept = json.loads(files("samokoder.adapters.models").joinpath("prices.json").read_text("utf-8"))
    models = {
        name: Listed(
            price=Price(input=row["input"], output=row["output"], cached=row.get("cached")),
            context=row.get("context"),
            max_output=row.get("max_output"),
        )
        for name, row in kept["models"].items()
    }
    return Table(as_of=kept["as_of"], models=models)


def priced(endpoint: Endpoint, own: Mapping[str, Price]) -> Endpoint:
    """With its price, and the sizes the table knows where the endpoint did not say them.

    A server on this machine costs nothing unless the person says otherwise; any other stays without a
    price when nobody knows it.
    """
    listed = table().of(endpoint.name)
    price = own.get(endpoint.name) or endpoint.price or (listed and listed.price)
    if price is None and endpoint.local:
        price = FREE
    said = endpoint.abilities
    sizes = Abilities(
        **{
            **said.model_dump(),
            "context": said.context or (listed and listed.context),
            "max_output": said.max_output or (listed and listed.max_output),
        }
    )
    return endpoint.model_copy(update={"price": price, "abilities": sizes})
