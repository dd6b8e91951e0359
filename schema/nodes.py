"""What can be fetched again by its id."""

import strawberry

from schema.bind import attribute


@strawberry.interface(description="Anything that can be fetched again by its id.")
class Node:
    id: strawberry.ID = attribute("Opaque, unique over all types.")
