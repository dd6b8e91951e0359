"""The GraphQL door's WebSocket: the graphql-transport-ws protocol, within the same limits."""

from typing import TYPE_CHECKING, cast

from graphql import GraphQLError
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import Message, SubscribeMessage

from domain.errors import DomainError
from resolvers.context import Context

if TYPE_CHECKING:
    from app.http.graphql import GraphQLDoor

MOST_OPERATIONS_A_SOCKET = 20  # a screen needs two; each of its tabs has a socket of its own
TOO_MANY = 4429  # the protocol's code for a client that does not keep to a number
INVALID = "A message is an object of the protocol."


class SocketHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """Asks the door for room before each operation; messages of no known form close with 4400."""

    async def handle_message(self, message: Message) -> None:
        if _is_message(message):
            await super().handle_message(message)
        else:
            await self.handle_invalid_message(INVALID)

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        if len(self.operations) >= MOST_OPERATIONS_A_SOCKET:
            await self.websocket.close(TOO_MANY, "Too many operations")
            return
        await super().handle_subscribe(message)

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        door = cast("GraphQLDoor", self.view)
        try:
            async with door.room_for(door.operation_of(operation.query, operation.operation_name)):
                await super().run_operation(operation)
        except DomainError as refusal:
            # A fresh one: graphql-core takes the extensions from the refusal itself.
            await operation.send_initial_errors(
                [GraphQLError(refusal.message, original_error=refusal)]
            )


def _is_message(message: object) -> bool:
    """Strawberry takes any JSON for one, and what is none ends its handler without a close."""
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return False
    payload = message.get("payload")
    return isinstance(message.get("id", ""), str) and (
        message["type"] != "subscribe"
        or (
            isinstance(payload, dict)
            and isinstance(payload.get("query"), str)
            and isinstance(payload.get("variables"), dict | None)
            and isinstance(payload.get("operationName"), str | None)
        )
    )
