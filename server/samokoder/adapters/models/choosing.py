"""Which model answers: one by name, its key looked for when needed, and the next one when it is away."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence

from samokoder.adapters.models.endpoint import Endpoint
from samokoder.adapters.models.fitting import see_that_it_fits
from samokoder.adapters.models.keys import Found
from samokoder.domain.request import Usage
from samokoder.errors import ContextTooLarge, ModelUnavailable, NoKey, PriceUnknown
from samokoder.ports import LanguageModel, ModelReply, ModelRequest, Sign, Watch, unwatched

REST = 60.0
"""Seconds a model that was away is passed over, when there is another."""

Connect = Callable[[Endpoint], LanguageModel]
Learn = Callable[[Endpoint], Awaitable[Endpoint]]
FindKey = Callable[[], Awaitable[Found | None]]


class Named:
    """The model of an endpoint whose key is looked for with the first call, and again after a failure.

    So a key that the person sets, or corrects, while a run waits is used without starting anything again.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        connect: Connect,
        find_key: FindKey,
        how_to_set: str,
        learn: Learn | None = None,
    ) -> None:
        self._endpoint, self._connect, self._find_key = endpoint, connect, find_key
        self._how_to_set, self._learn = how_to_set, learn
        self._bare = connect(endpoint)
        self._key: Found | None = None
        self._model: LanguageModel | None = None

    @property
    def name(self) -> str:
        return self._bare.name

    def worst_case(self, request: ModelRequest, written: int | None = None) -> Usage:
        if self._endpoint.price is None:
            raise PriceUnknown(
                f"What {self._endpoint.name} costs is not known, so no cap on money could be kept.",
                hint=f'Set prices: {{"{self._endpoint.name}": {{"input": …, "output": …}}}} in US dollars '
                "for a million tokens (0 and 0 when it costs nothing), or choose another model.",
            )
        return self._bare.worst_case(request, written)

    async def complete(self, request: ModelRequest, watch: Watch = unwatched) -> ModelReply:
        """The reply names the model as the person did."""
        await self._learn_more()
        await see_that_it_fits(self._endpoint, request, self._bare.worst_case(request).tokens_in)
        model = self._model or await self._keyed()
        try:
            reply = await model.complete(request, watch)
        except ModelUnavailable:
            await self._look_again()
            raise
        return reply.model_copy(update={"model": self._endpoint.name})

    async def close(self) -> None:
        await self._bare.close()
        if self._model is not None:
            await self._model.close()

    async def _learn_more(self) -> None:
        """Once: what the server says of itself now counts before what is remembered or written anywhere."""
        learn, self._learn = self._learn, None
        if learn is not None:
            self._endpoint = await learn(self._endpoint)
            self._bare = self._connect(self._endpoint)

    async def _keyed(self) -> LanguageModel:
        self._key = await self._find_key()
        if self._key is None and self._how_to_set:
            raise NoKey(f"There is no key for {self.name}.", hint=self._how_to_set)
        if self._model is None:
            key = self._key.key if self._key else None
            self._model = self._connect(self._endpoint.model_copy(update={"key": key}))
        return self._model

    async def _look_again(self) -> None:
        """What was learnt of an endpoint stays, unless the key is another one now."""
        if self._model is not None and await self._find_key() != self._key:
            model, self._model = self._model, None
            await model.close()


class FirstOf:
    """Several models, the preferred one first; the next is asked when one is away."""

    def __init__(self, models: Sequence[LanguageModel], clock: Callable[[], float] = time.monotonic) -> None:
        self._models, self._clock = tuple(models), clock
        self._away: dict[int, float] = {}

    @property
    def name(self) -> str:
        """The one that would be asked now."""
        return self._models[self._order()[0]].name

    def worst_case(self, request: ModelRequest, written: int | None = None) -> Usage:
        """Of the dearest: any of them may be the one that answers."""
        cases = [model.worst_case(request, written) for model in self._models]
        return Usage(
            calls=1,
            tokens_in=max(case.tokens_in for case in cases),
            tokens_out=max(case.tokens_out for case in cases),
            cost=max(case.cost for case in cases),
        )

    async def complete(self, request: ModelRequest, watch: Watch = unwatched) -> ModelReply:
        """Raises ModelUnavailable that tells of every one."""
        failures: list[ModelUnavailable] = []
        order = self._order()
        for place, number in enumerate(order):
            try:
                reply = await self._models[number].complete(request, watch)
            except ModelUnavailable as error:
                if not isinstance(error, ContextTooLarge):
                    self._away[number] = self._clock() + REST
                failures.append(error)
                if place + 1 < len(order):
                    following = self._models[order[place + 1]].name
                    watch(Sign(kind="fallback", why=f"{error} {following} is asked instead."))
            else:
                self._away.pop(number, None)
                return reply
        kinds = {type(failure) for failure in failures}
        kind = ContextTooLarge if kinds == {ContextTooLarge} else ModelUnavailable
        raise kind(" ".join(map(str, failures)), hint=failures[0].hint)

    async def close(self) -> None:
        for model in self._models:
            await model.close()

    def _order(self) -> list[int]:
        """As preferred; those away a moment ago come last."""
        now = self._clock()
        return sorted(range(len(self._models)), key=lambda number: self._away.get(number, 0) > now)
