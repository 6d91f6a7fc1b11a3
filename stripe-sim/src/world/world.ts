import { chanceOf, lettersOf } from './chance.ts';
import type { Clock } from './clock.ts';
import { type Kind, KINDS, type Kinds, PREFIXES } from './kinds.ts';

/** Days after a failed attempt at which the next one is made, and what follows the last. */
export interface Dunning {
  afterDays: number[];
  last: 'leave_open' | 'mark_uncollectible';
}

/** Something to do at a simulated time. Data, so that a snapshot is all there is. */
export interface Timer {
  at: number;
  /** Timers of one time go in the order in which they were set. */
  order: number;
  task: string;
  subject: string;
  /** The test clock by which `at` is meant; null is the simulator's own. */
  clock: string | null;
}

/** Null is "as the invoice says". */
export interface LineTaxes {
  rates: string[] | null;
  amounts: { rate: string; amount: number; taxable: number; inclusive: boolean }[] | null;
}

/** How deliveries go wrong; chances go from 0 to 1 and are taken by the seed. */
export interface Mischief {
  /** An event is delivered twice. */
  duplicate: number;
  /** It is never delivered: only the list of events has it. */
  drop: number;
  /** It is delivered up to `delaySeconds` of simulated time later. */
  delay: number;
  delaySeconds: number;
  /** An attempt is signed with a secret that is not the endpoint's. */
  missign: number;
  /** What is due is delivered in an order left to chance. */
  shuffle: boolean;
  /** Events are delivered before the answer to the request that caused them. */
  beforeReply: boolean;
}

/** One event on its way to one endpoint. */
export interface Delivery {
  id: string;
  event: string;
  endpoint: string;
  /** Simulated time of the next attempt, while it waits. */
  due: number;
  state: 'waiting' | 'delivered' | 'failed' | 'dropped';
  /** What was answered, by attempt; 0 is no answer. */
  statuses: number[];
}

/** A secret that deliveries are signed with; until a time when it was rolled. */
export interface Secret {
  secret: string;
  until: number | null;
}

/** A first answer, kept under its idempotency key. */
export interface KeptAnswer {
  fingerprint: string;
  path: string;
  at: number;
  /** Undefined while the request is being executed. */
  answer: { status: number; body: string; requestId: string } | undefined;
}

/** The request that events name as their cause. */
export interface Cause {
  id: string;
  idempotencyKey: string | null;
}

export interface World {
  readonly seed: string;
  readonly clock: Clock;
  /** Where this simulator is reached, for pages; known once it listens. */
  baseUrl: string;
  /** Hosts beside loopback that it talks to, and is asked by: other containers. */
  readonly names: readonly string[];
  dunning: Dunning;
  /** How many of the next finalizations fail. */
  finalizationFailures: number;
  tables: { [K in Kind]: Map<string, Kinds[K]> };
  /** Ids of an invoice's or credit note's lines, in their order. */
  linesOf: Map<string, string[]>;
  /** The tax of a line as it was asked for: by rates, or in amounts; never on the wire. */
  lineTaxes: Map<string, LineTaxes>;
  /** What a card does, by payment method; never on the wire. */
  cards: Map<string, string>;
  timers: Timer[];
  mischief: Mischief;
  deliveries: Delivery[];
  /** How many of the events were given to the endpoints. */
  dispatched: number;
  secrets: Map<string, Secret[]>;
  /** Events that an endpoint never took. */
  undelivered: Set<string>;
  answers: Map<string, KeptAnswer>;
  cause: Cause | null;
  minted: number;
  /** A row of chance for each side, so that neither moves the other's. */
  chance: { requests: () => number; deliveries: () => number };
}

const NO_MISCHIEF: Mischief = {
  duplicate: 0,
  drop: 0,
  delay: 0,
  delaySeconds: 3600,
  missign: 0,
  shuffle: false,
  beforeReply: false,
};
const DUNNING: Dunning = { afterDays: [3, 5, 7], last: 'leave_open' };

/** Out: a world in which nothing has happened. The same seed gives the same ids. */
export function createWorld(seed: string, clock: Clock, names: readonly string[] = []): World {
  return { seed, clock, baseUrl: '', names, ...nothing(seed) };
}

/** Forgets everything but the seed, the clock and where it listens. */
export function resetWorld(world: World): void {
  Object.assign(world, nothing(world.seed));
}

function nothing(seed: string): Omit<World, 'seed' | 'clock' | 'baseUrl' | 'names'> {
  return {
    dunning: structuredClone(DUNNING),
    finalizationFailures: 0,
    tables: Object.fromEntries(
      KINDS.map((kind) => [kind, new Map()]),
    ) as unknown as World['tables'],
    linesOf: new Map(),
    lineTaxes: new Map(),
    cards: new Map(),
    timers: [],
    mischief: { ...NO_MISCHIEF },
    deliveries: [],
    dispatched: 0,
    secrets: new Map(),
    undelivered: new Set(),
    answers: new Map(),
    cause: null,
    minted: 0,
    chance: {
      requests: chanceOf(`${seed}:requests`),
      deliveries: chanceOf(`${seed}:deliveries`),
    },
  };
}

const ID_LETTERS = 24;

/** Out: a new id of a kind. */
export const mint = (world: World, kind: Kind): string => mintWith(world, PREFIXES[kind]);

/** Out: a new id or secret with a prefix. */
export function mintWith(world: World, prefix: string): string {
  world.minted += 1;
  return `${prefix}${lettersOf(`${world.seed}:${prefix}:${world.minted}`, ID_LETTERS)}`;
}

/** Keeps a new object. Out: the same. */
export function keep<K extends Kind>(world: World, kind: K, object: Kinds[K]): Kinds[K] {
  world.tables[kind].set(object.id, object);
  return object;
}

/** Out: any object by its id. */
export function objectById(world: World, id: string): Kinds[Kind] | undefined {
  for (const kind of KINDS) {
    if (id.startsWith(PREFIXES[kind])) {
      const found = world.tables[kind].get(id);
      if (found) return found;
    }
  }
  return world.tables.coupon.get(id);
}

/** Out: the time for a customer: that of its test clock, else the simulator's. Seconds. */
export function timeFor(world: World, customer: string | null | undefined): number {
  const clock = clockOf(world, customer);
  return world.tables['test_helpers.test_clock'].get(clock ?? '')?.frozen_time ?? world.clock.now();
}

/** Out: the id of a customer's test clock. */
export function clockOf(world: World, customer: string | null | undefined): string | null {
  return world.tables.customer.get(customer ?? '')?.test_clock ?? null;
}
