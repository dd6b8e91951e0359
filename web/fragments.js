// Which parts do several operations ask for alike?

export const PROBLEM = /* GraphQL */ `
fragment AnyProblem on Problem {
  code
  message
  retryAfterSeconds
  ... on GenericProblem { field }
  ... on PinRequired { attemptsLeft }
}`;

/** A household and who of it is here, as the session keeps it. */
export const HOUSEHOLD = /* GraphQL */ `
fragment Household on Viewer {
  account {
    id
    email
    tier
    profiles { id name kids pinned maturityAge avatar { url dominantColor } }
  }
  profile { id name kids pinned uiLocale avatar { url dominantColor } }
  device { id name kind }
}`;

export const SIGNED_IN = /* GraphQL */ `
fragment Session on SignedIn {
  accessToken
  refreshToken
  viewer { ...Household }
}
${HOUSEHOLD}`;
