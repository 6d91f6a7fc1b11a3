/** What a host can do. What it cannot is stated here, tested as such, and told in docs/. */
export type Capabilities = {
  /** Sees the request target as it was sent, dot segments and all. */
  readonly rawPath: boolean;
  /** Refuses doubtful framing itself; elsewhere the platform's edge does. */
  readonly framing: boolean;
  /** Passes bodies in a content coding byte for byte. */
  readonly codedBodies: boolean;
  readonly trailers: boolean;
  /** Passes a body with GET or HEAD; elsewhere it is refused. */
  readonly bodyOfGet: boolean;
  /** Hears the answer of an upstream that closes before it has the whole body. */
  readonly earlyAnswers: boolean;
  /** Passes several lines of one field as several lines. */
  readonly repeatedFields: boolean;
  /** Speaks TLS with upstreams by authorities and certificates of their routes. */
  readonly ownTls: boolean;
  /** A revoked key is refused after this long. */
  readonly revocationMs: number;
  /** Requests answered so long before the process is killed may go unrecorded. */
  readonly lossMs: number;
};

export type HostKind = 'node' | 'workers, strict' | 'workers, relaxed';

const WORKERS = {
  rawPath: false,
  framing: false,
  codedBodies: false,
  trailers: false,
  bodyOfGet: false,
  earlyAnswers: false,
  repeatedFields: false,
  ownTls: false,
  revocationMs: 5_000,
};

export const CAPABILITIES: Record<HostKind, Capabilities> = {
  node: {
    rawPath: true,
    framing: true,
    codedBodies: true,
    trailers: true,
    bodyOfGet: true,
    earlyAnswers: true,
    repeatedFields: true,
    ownTls: true,
    revocationMs: 1_000,
    lossMs: 0,
  },
  'workers, strict': { ...WORKERS, lossMs: 0 },
  // 200 ms, and a round trip to an object on a busy machine.
  'workers, relaxed': { ...WORKERS, lossMs: 1_000 },
};
