// Which GraphQL operations do the TV page and the GraphiQL page send? All of them, validated by tests/web.
import { HOUSEHOLD, PROBLEM, SIGNED_IN } from "./fragments.js";

export * from "./householdoperations.js";

const TITLE = /* GraphQL */ `
fragment TitleCard on Title {
  __typename
  id
  name
  synopsis
  year
  certification { label }
  genres { id name }
  artwork { url dominantColor alt }
  poster: artwork(role: POSTER_2_3) { url dominantColor alt }
  hero: artwork(role: HERO) { url dominantColor alt }
  logo: artwork(role: LOGO) { url }
  primaryAction { label target { id } }
  ... on Movie { runtimeMs }
  ... on Series { episodeCount }
}`;

const RESUME = /* GraphQL */ `
fragment Resume on WatchState {
  revision
  positionMs
  progress
  status
  playable {
    __typename
    id
    name
    runtimeMs
    ... on Episode { number season { id number } }
  }
}`;

export const SIGN_IN = /* GraphQL */ `
mutation SignIn($input: SignInInput!) {
  signIn(input: $input) { __typename ...Session ...AnyProblem }
}
${SIGNED_IN}
${PROBLEM}`;

export const REFRESH = /* GraphQL */ `
mutation Refresh($refreshToken: String!) {
  refreshToken(refreshToken: $refreshToken) { __typename ...Session ...AnyProblem }
}
${SIGNED_IN}
${PROBLEM}`;

export const SELECT_PROFILE = /* GraphQL */ `
mutation SelectProfile($profileId: ID!, $pin: String) {
  selectProfile(profileId: $profileId, pin: $pin) { __typename ...Session ...AnyProblem }
}
${SIGNED_IN}
${PROBLEM}`;

export const VIEWER = /* GraphQL */ `
query Viewer {
  viewer { ...Household }
}
${HOUSEHOLD}`;

const CARDS = /* GraphQL */ `
fragment Cards on RowItemConnection {
  pageInfo { hasNextPage endCursor }
  edges { node { id title { ...TitleCard } resume { ...Resume } } }
}
${TITLE}
${RESUME}`;

export const HOME = /* GraphQL */ `
query Home($rows: Int! = 20, $items: Int! = 20) {
  page(slug: "home") {
    id
    provenance { source degraded reason computedAt }
    rows(first: $rows) {
      edges {
        node {
          id
          kind
          heading
          layout
          provenance { source degraded reason computedAt }
          items(first: $items) { ...Cards }
        }
      }
    }
  }
}
${CARDS}`;

export const ROW_NEXT = /* GraphQL */ `
query RowNext($rowId: ID!, $after: String!, $items: Int! = 20) {
  node(id: $rowId) {
    ... on Row { id items(first: $items, after: $after) { ...Cards } }
  }
}
${CARDS}`;

const CREDITS = /* GraphQL */ `
fragment Credits on CreditConnection {
  edges { role character node { id name } }
}`;

export const DETAILS = /* GraphQL */ `
query Details($id: ID!) {
  node(id: $id) {
    ... on Title {
      ...TitleCard
      story: synopsis(length: FULL)
      primaryAction { resumeMs target { runtimeMs } }
    }
    ... on Movie {
      watchState { ...Resume }
      media { maxHeight }
      credits(first: 12) { ...Credits }
    }
    ... on Series {
      nextUp { id season { id } }
      credits(first: 12) { ...Credits }
      seasons {
        id
        number
        name
        episodes(first: 50) {
          edges {
            node {
              id
              number
              name
              runtimeMs
              synopsis
              still { url dominantColor alt }
              watchState { ...Resume }
            }
          }
        }
      }
    }
  }
}
${TITLE}
${CREDITS}
${RESUME}`;

export const START_PLAYBACK = /* GraphQL */ `
mutation StartPlayback($input: StartPlaybackInput!) {
  startPlayback(input: $input) {
    __typename
    ... on PlaybackStarted {
      heartbeatSeconds
      session {
        id
        playable {
          __typename
          id
          name
          runtimeMs
          media { storyboard { spriteUrl columns tileWidth tileHeight intervalMs } }
          ... on Episode { number season { id number } series { id name } }
        }
      }
      manifest { url protocol }
      drm { clearKeyUrl token }
      resume { positionMs reason }
      nextUp { id name number season { id number } }
    }
    ...AnyProblem
  }
}
${PROBLEM}`;

export const HEARTBEAT = /* GraphQL */ `
mutation Heartbeat($input: HeartbeatInput!) {
  heartbeat(input: $input) {
    __typename
    ... on HeartbeatAccepted { nextInSeconds watchState { ...Resume } }
    ...AnyProblem
  }
}
${RESUME}
${PROBLEM}`;

export const STOP_PLAYBACK = /* GraphQL */ `
mutation StopPlayback($sessionId: ID!, $positionMs: Int!) {
  stopPlayback(sessionId: $sessionId, positionMs: $positionMs) {
    __typename
    ... on PlaybackStopped { watchState { ...Resume } }
    ...AnyProblem
  }
}
${RESUME}
${PROBLEM}`;

export const CONTINUE_WATCHING = /* GraphQL */ `
subscription ContinueWatching($after: EventCursor) {
  continueWatching(after: $after) {
    cursor
    removed
    state {
      ...Resume
      playable {
        ... on Movie { ...TitleCard }
        ... on Episode { series { ...TitleCard } }
      }
    }
  }
}
${TITLE}
${RESUME}`;
