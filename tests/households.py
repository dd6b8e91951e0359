"""What a household does with its profiles and devices, as an app asks for it."""

from typing import Any

from tests.api import Viewer

SELECT = """
mutation ($id: ID!, $pin: String) {
  selectProfile(profileId: $id, pin: $pin) {
    ... on SignedIn { accessToken }
    ... on PinRequired { attemptsLeft }
    ... on Problem { code retryAfterSeconds }
  }
}
"""
SAVE = """
mutation ($input: ProfileInput!) {
  saveProfile(input: $input) {
    ... on ProfileSaved { profile { id name pinned kids maturityAge avatar { url } } }
    ... on PinRequired { attemptsLeft }
    ... on Problem { code }
    ... on GenericProblem { field }
  }
}
"""
DELETE = """
mutation ($id: ID!, $pin: String) {
  deleteProfile(profileId: $id, pin: $pin) {
    ... on ProfileDeleted { profileId account { profiles { name } } }
    ... on PinRequired { attemptsLeft }
    ... on Problem { code }
  }
}
"""
REFRESH = """
mutation ($token: String!) {
  refreshToken(refreshToken: $token) {
    ... on SignedIn { accessToken }
    ... on Problem { code }
  }
}
"""
VIEWER = "{ viewer { profile { name } } }"


async def save(viewer: Viewer, **input: Any) -> dict[str, Any]:
    return (await viewer.run(SAVE, input=input)).data["saveProfile"]


async def delete(viewer: Viewer, profile_id: str, pin: str | None = None) -> dict[str, Any]:
    return (await viewer.run(DELETE, id=profile_id, pin=pin)).data["deleteProfile"]


async def select(viewer: Viewer, profile_id: str, pin: str | None = None) -> dict[str, Any]:
    return (await viewer.run(SELECT, id=profile_id, pin=pin)).data["selectProfile"]


async def enter(viewer: Viewer, profile_id: str, pin: str | None = None) -> Viewer:
    """The same device with that profile chosen, which has to be let in."""
    chosen = await select(viewer, profile_id, pin)
    return Viewer(viewer.api, chosen["accessToken"], viewer.refresh_token)


async def refresh(viewer: Viewer) -> str:
    """A fresh access token."""
    reply = await viewer.api.run(REFRESH, {"token": viewer.refresh_token})
    return reply.data["refreshToken"]["accessToken"]
