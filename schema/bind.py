"""Attach shapes to domain values and fields to resolvers.

Resolvers return domain values and GraphQL reads their attributes, so the type declared in
schema/ and the resolver's own return type differ on purpose. `Any` here is the one place where
that is allowed.
"""

import dataclasses
import functools
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from types import MappingProxyType, UnionType
from typing import Any, TypeVar

import strawberry
from strawberry.types.base import get_object_definition
from strawberry.types.field import StrawberryField

from domain.connections import MAX_PAGE_SIZE
from domain.errors import DomainError, NotReady, PinRequired, ProblemCode
from domain.load import PriorityClass
from resolvers.context import Info, Scope
from resolvers.sessions import while_let_in
from schema.directives import SEMANTIC_NON_NULL, Cost, ListSize, Priority, Requires

T = TypeVar("T")
Resolver = Callable[..., Any]

SLICES = "first"  # the argument that says how much of a list is wanted, wherever it stands

# What an argument of this name means wherever it stands.
ARGUMENTS: Mapping[str, str] = MappingProxyType(
    {
        SLICES: f"How many, from 1 to {MAX_PAGE_SIZE}.",
        "after": "The cursor to go on after.",
        "length": "How much room the screen has.",
        "input": "What is asked for.",
    }
)


def shape(value: type | UnionType, description: str) -> Callable[[type[T]], type[T]]:
    """How a client sees `value`. Interfaces and unions recognise it by its class."""

    def declare(cls: type[T]) -> type[T]:
        def is_type_of(found: object, _info: Info) -> bool:
            return isinstance(found, value)

        cls.is_type_of = is_type_of  # type: ignore[attr-defined]  # what strawberry looks for
        return strawberry.type(cls, description=description)

    return declare


@dataclasses.dataclass(frozen=True, slots=True)
class Refusal:
    """A refusal as a value: graphql-core takes an exception that is returned for one raised."""

    kind: type[DomainError]
    code: ProblemCode
    message: str
    retry_after_seconds: int | None
    field: list[str] | None
    attempts_left: int | None


def refusal_shape(
    kinds: type[DomainError] | UnionType, description: str
) -> Callable[[type[T]], type[T]]:
    """How a client sees refusals of these kinds."""

    def declare(cls: type[T]) -> type[T]:
        def is_type_of(found: object, _info: Info) -> bool:
            return isinstance(found, Refusal) and issubclass(found.kind, kinds)

        cls.is_type_of = is_type_of  # type: ignore[attr-defined]  # what strawberry looks for
        return strawberry.type(cls, description=description)

    return declare


def attribute(description: str) -> Any:
    """An attribute of the domain value, read as it is."""
    return strawberry.field(description=description)


def lend(value: type, description: str, **fields: str) -> None:
    """Makes a domain dataclass an input; `fields` describes every one of its attributes."""
    for own in dataclasses.fields(value):
        if own.default_factory is not dataclasses.MISSING:
            # Dataclasses take a factory off the class, and that is where strawberry looks for it.
            setattr(value, own.name, strawberry.field(default_factory=own.default_factory))
    strawberry.input(value, description=description)
    for field_ in get_object_definition(value, strict=True).fields:
        field_.description = fields[field_.python_name]


def field(
    resolver: Resolver,
    description: str,
    *,
    scope: Scope | None = None,
    semantic_non_null: bool = False,
    **arguments: str,
) -> Any:
    """A field below the root. Without a scope, whoever reached its parent may read it. `arguments`
    describes those whose name does not say it all."""
    directives = _root(scope, PriorityClass.STANDARD)
    directives += [SEMANTIC_NON_NULL] if semantic_non_null else []
    answer = resolver if scope is None else _guarded(resolver, scope)
    return _described(
        strawberry.field(resolver=answer, description=description, directives=directives),
        arguments,
    )


def query(
    resolver: Resolver,
    description: str,
    *,
    scope: Scope | None,
    priority: PriorityClass = PriorityClass.STANDARD,
    weight: int = 0,
    semantic_non_null: bool = False,
    **arguments: str,
) -> Any:
    """A root query. Without a scope it is public. `weight`: see schema/cost.py."""
    answer = resolver if scope is None else _guarded(resolver, scope)
    directives = _root(scope, priority, weight) + ([SEMANTIC_NON_NULL] if semantic_non_null else [])
    return _described(
        strawberry.field(resolver=answer, description=description, directives=directives),
        arguments,
    )


def mutation(
    resolver: Resolver,
    description: str,
    *,
    scope: Scope | None,
    priority: PriorityClass = PriorityClass.STANDARD,
    weight: int = 0,
    **arguments: str,
) -> Any:
    """A root mutation. A refusal becomes the Problem member of its union; a missing token stays
    an error, since no screen but the sign-in has an answer to it."""

    @functools.wraps(resolver)
    async def answer(info: Info, **given: Any) -> Any:
        await _check(info, scope)
        info.context.reads.be_patient()
        try:
            return await resolver(info, **given)
        except DomainError as error:
            info.context.not_ready += isinstance(error, NotReady)
            return Refusal(
                type(error),
                error.code,
                error.message,
                error.retry_after_seconds,
                error.field,
                error.attempts_left if isinstance(error, PinRequired) else None,
            )
        finally:
            info.context.forget()  # the rest of the answer shows what is true after the change

    directives = _root(scope, priority, weight)
    return _described(
        strawberry.mutation(resolver=answer, description=description, directives=directives),
        arguments,
    )


def subscription(resolver: Resolver, description: str, *, scope: Scope, **arguments: str) -> Any:
    """A root subscription; never public, and over when the caller's token is."""

    @functools.wraps(resolver)
    async def answer(info: Info, **given: Any) -> AsyncGenerator[Any, None]:
        await info.context.admit(scope)
        async with aclosing(while_let_in(info.context, scope, resolver(info, **given))) as events:
            async for event in events:
                yield event

    bound: Any = strawberry.subscription(
        resolver=answer,
        description=description,
        directives=_root(scope, PriorityClass.STANDARD),
    )
    return _described(bound, arguments)


def _guarded(resolver: Resolver, scope: Scope) -> Resolver:
    @functools.wraps(resolver)
    async def answer(info: Info, **given: Any) -> Any:
        await info.context.admit(scope)
        return await resolver(info=info, **given)

    return answer


async def _check(info: Info, scope: Scope | None) -> None:
    if scope is not None:
        await info.context.admit(scope)


def _root(scope: Scope | None, priority: PriorityClass, weight: int = 0) -> list[object]:
    """What a root field carries; a default is not written."""
    directives: list[object] = [] if scope is None else [Requires(scope=scope)]
    if priority is not PriorityClass.STANDARD:
        directives.append(Priority(class_=priority))
    if weight:
        directives.append(Cost(weight=weight))
    return directives


def _described(bound: StrawberryField, arguments: Mapping[str, str]) -> StrawberryField:
    for argument in bound.arguments:
        name = argument.python_name
        argument.description = arguments.get(name) or ARGUMENTS[name]
        if name == SLICES:
            bound.directives = [*bound.directives, ListSize(slicing=[SLICES])]
    return bound
