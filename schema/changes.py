"""What would a change of the schema break for the apps that are out there?"""

from graphql import (
    BreakingChange,
    DangerousChange,
    DangerousChangeType,
    GraphQLSchema,
    build_schema,
    find_breaking_changes,
    find_dangerous_changes,
)

# What an app did not ask for changes its answers. The other dangerous ones add something, and apps
# are told to expect it: unknown values, and problems that are known by their interface.
SILENT = {
    DangerousChangeType.ARG_DEFAULT_VALUE_CHANGE,
    DangerousChangeType.INPUT_FIELD_DEFAULT_VALUE_CHANGE,
}


def breaking(old_sdl: str, new_sdl: str) -> list[str]:
    """A sentence for each change that an app built for the old schema may not survive. Raises
    GraphQLError for what is no SDL."""
    old, new = build_schema(old_sdl), build_schema(new_sdl)
    changes: list[BreakingChange | DangerousChange] = [*find_breaking_changes(old, new)]
    changes += [change for change in _dangerous(old, new) if change.type in SILENT]
    return [change.description for change in changes]


def added(old_sdl: str, new_sdl: str) -> list[str]:
    """A sentence for each change that only an app surprised by new values or types would feel.
    Raises GraphQLError for what is no SDL."""
    changes = _dangerous(build_schema(old_sdl), build_schema(new_sdl))
    return [change.description for change in changes if change.type not in SILENT]


def _dangerous(old: GraphQLSchema, new: GraphQLSchema) -> list[DangerousChange]:
    return find_dangerous_changes(old, new)
