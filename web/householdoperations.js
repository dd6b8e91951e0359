// Which operations are sent at the door, and about a household? Like those of operations.js, which passes them on.
import { PROBLEM, SIGNED_IN } from "./fragments.js";

export const REGISTER = /* GraphQL */ `
mutation Register($input: RegisterInput!) {
  register(input: $input) { __typename ...Session ...AnyProblem }
}
${SIGNED_IN}
${PROBLEM}`;

export const CONFIRM_REGISTRATION = /* GraphQL */ `
mutation ConfirmRegistration($token: String!, $password: String!, $device: DeviceInput!) {
  confirmRegistration(token: $token, password: $password, device: $device) { __typename ...Session ...AnyProblem }
}
${SIGNED_IN}
${PROBLEM}`;

export const REQUEST_PASSWORD_RESET = /* GraphQL */ `
mutation RequestPasswordReset($email: String!) {
  requestPasswordReset(email: $email) { __typename ...AnyProblem }
}
${PROBLEM}`;

export const RESET_PASSWORD = /* GraphQL */ `
mutation ResetPassword($token: String!, $next: String!) {
  resetPassword(token: $token, next: $next) {
    __typename
    ... on SignedOut { devicesSignedOut }
    ...AnyProblem
  }
}
${PROBLEM}`;

export const CHANGE_PASSWORD = /* GraphQL */ `
mutation ChangePassword($current: String!, $next: String!) {
  changePassword(current: $current, next: $next) {
    __typename
    ... on SignedOut { devicesSignedOut }
    ...AnyProblem
  }
}
${PROBLEM}`;

export const SIGN_OUT = /* GraphQL */ `
mutation SignOut {
  signOut { __typename ...AnyProblem }
}
${PROBLEM}`;

export const START_DEVICE_SIGN_IN = /* GraphQL */ `
mutation StartDeviceSignIn($input: DeviceInput!) {
  startDeviceSignIn(input: $input) {
    __typename
    ... on DeviceSignIn { deviceCode userCode verificationUri verificationUriComplete intervalSeconds }
    ...AnyProblem
  }
}
${PROBLEM}`;

export const POLL_DEVICE_SIGN_IN = /* GraphQL */ `
mutation PollDeviceSignIn($deviceCode: String!) {
  pollDeviceSignIn(deviceCode: $deviceCode) { __typename ...Session ...AnyProblem }
}
${SIGNED_IN}
${PROBLEM}`;

export const PENDING_DEVICE = /* GraphQL */ `
query PendingDevice($userCode: String!) {
  deviceSignIn(userCode: $userCode) { userCode name kind appVersion askedFrom fromHere askedAt }
}`;

export const APPROVE_DEVICE_SIGN_IN = /* GraphQL */ `
mutation ApproveDeviceSignIn($userCode: String!, $approve: Boolean!) {
  approveDeviceSignIn(userCode: $userCode, approve: $approve) { __typename ...AnyProblem }
}
${PROBLEM}`;

export const DEVICES = /* GraphQL */ `
query Devices {
  viewer { account { devices { id name kind lastSeenAt current } } }
}`;

export const REMOVE_DEVICE = /* GraphQL */ `
mutation RemoveDevice($deviceId: ID!) {
  removeDevice(deviceId: $deviceId) { __typename ...AnyProblem }
}
${PROBLEM}`;

const PREFERENCES = /* GraphQL */ `
fragment Preferences on Profile {
  id
  name
  kids
  pinned
  maturityAge
  uiLocale
  avatar { variantId }
  playback { audio subtitles subtitleMode autoplayNext autoplayPreviews dataSaver }
}`;

export const PREFERENCES_OF_ALL = /* GraphQL */ `
query PreferencesOfAll {
  viewer {
    account {
      avatars { variantId url alt dominantColor }
      profiles { ...Preferences }
    }
  }
}
${PREFERENCES}`;

export const SAVE_PROFILE = /* GraphQL */ `
mutation SaveProfile($input: ProfileInput!) {
  saveProfile(input: $input) {
    __typename
    ... on ProfileSaved { profile { id } }
    ...AnyProblem
  }
}
${PROBLEM}`;

export const DELETE_PROFILE = /* GraphQL */ `
mutation DeleteProfile($profileId: ID!, $pin: String) {
  deleteProfile(profileId: $profileId, pin: $pin) {
    __typename
    ... on ProfileDeleted { profileId }
    ...AnyProblem
  }
}
${PROBLEM}`;

const DATA_JOB = /* GraphQL */ `
fragment Asked on DataJob { id purpose state url createdAt }`;

export const DATA_JOBS = /* GraphQL */ `
query DataJobs {
  dataJobs { ...Asked }
}
${DATA_JOB}`;

export const EXPORT_MY_DATA = /* GraphQL */ `
mutation ExportMyData {
  exportMyData { __typename ...Asked ...AnyProblem }
}
${DATA_JOB}
${PROBLEM}`;

export const ERASE_MY_DATA = /* GraphQL */ `
mutation EraseMyData($profileId: ID, $password: String!) {
  eraseMyData(profileId: $profileId, password: $password) { __typename ...Asked ...AnyProblem }
}
${DATA_JOB}
${PROBLEM}`;
