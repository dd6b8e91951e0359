"""A TV that asks to be let in by a code, and a phone that decides."""

from datetime import timedelta

from sqlalchemy import text

START = """
mutation ($input: DeviceInput!) {
  startDeviceSignIn(input: $input) {
    ... on DeviceSignIn {
      deviceCode userCode verificationUri verificationUriComplete expiresAt intervalSeconds
    }
    ... on Problem { code message retryAfterSeconds }
    ... on GenericProblem { field }
  }
}
"""
POLL = """
mutation ($code: String!) {
  pollDeviceSignIn(deviceCode: $code) {
    ... on SignedIn {
      accessToken refreshToken viewer { account { email } device { name kind } profile { id } }
    }
    ... on Problem { code message retryAfterSeconds }
  }
}
"""
LOOK = """
query ($code: String!) {
  deviceSignIn(userCode: $code) {
    userCode kind name appVersion askedFrom fromHere askedAt expiresAt
  }
}
"""
APPROVE = """
mutation ($code: String!, $approve: Boolean) {
  approveDeviceSignIn(userCode: $code, approve: $approve) {
    ... on DeviceApproved { approved device { userCode name } }
    ... on Problem { code message retryAfterSeconds }
    ... on GenericProblem { field }
  }
}
"""
TV = {"installationId": "bedroom", "kind": "TV", "name": "Bedroom", "appVersion": "2.1"}
UNKNOWN = {
    "code": "NOT_FOUND",
    "message": "No device shows this code, or not any more.",
    "retryAfterSeconds": None,
    "field": ["userCode"],
}


async def start(api, **device):
    return (await api.run(START, {"input": TV | device})).data["startDeviceSignIn"]


async def poll(api, device_code):
    return (await api.run(POLL, {"code": device_code})).data["pollDeviceSignIn"]


async def look(viewer, user_code):
    return (await viewer.run(LOOK, code=user_code)).data["deviceSignIn"]


async def approve(viewer, user_code, **more):
    return (await viewer.run(APPROVE, code=user_code, **more)).data["approveDeviceSignIn"]


async def pass_time(stores, **by):
    """As if everything about codes had happened that much earlier."""
    columns = ("polled_at", "created_at", "expires_at")
    changes = ", ".join(f"{column} = {column} - :by" for column in columns)
    async with stores.begin() as tx:
        await tx.execute(text(f"UPDATE device_sign_ins SET {changes}"), {"by": timedelta(**by)})
