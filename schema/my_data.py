"""What a household may ask about its own data, as clients see it."""

from datetime import datetime
from typing import Annotated

import strawberry

from domain import my_data as domain
from domain.encoding import JobState
from domain.my_data import DataPurpose
from domain.scalars import Url
from resolvers import my_data
from schema.bind import attribute, field, shape
from schema.nodes import Node
from schema.problems import GenericProblem

strawberry.enum(DataPurpose, description="What a job does with the data it looks for.")
strawberry.enum(JobState, description="How far a job is.")


@shape(domain.DataJob, "Something that was asked for about a household's data.")
class DataJob(Node):
    purpose: DataPurpose = attribute("A copy of it, or that it be gone.")
    state: JobState = attribute(
        "How far it is. An erasure has SUCCEEDED in seconds; a quarter of an hour later it is"
        " RUNNING once more, for its last look."
    )
    url: Url | None = field(
        my_data.url,
        "Where to fetch the file, or the receipt, for seven days; whoever has it needs no other"
        " proof. An erasure has it at once, a copy when it is made.",
    )
    receipt: str | None = attribute(
        "What an erasure looked at, how much it found and how much is left: a JWS signed with this"
        " house's key. There is one in seconds, and another after its last look."
    )
    created_at: datetime = attribute("When it was asked for.")


DataJobResult = Annotated[
    DataJob | GenericProblem,
    strawberry.union("DataJobResult", description="Of `exportMyData` and `eraseMyData`."),
]
