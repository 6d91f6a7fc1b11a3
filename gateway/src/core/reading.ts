import type { MeteringFact } from '@tollgate/billing-core/contract/facts.ts';
import { EventScan } from './event-scan.ts';
import { pointerTree, type PointerNode } from './json-pointer.ts';
import { JsonScan } from './json-scan.ts';
import { plainReading, type Reading, type ValueFault } from './value.ts';

type Place = { readonly rule: number; readonly selector: string; readonly meter: string };
/** Rules that look into one kind of body, with the tree of their pointers. */
type Pointed = {
  readonly rules: readonly number[];
  readonly tree: PointerNode;
  /** Those whose meter no rule counts in the other kind of body. */
  readonly alone: readonly number[];
};

/** What the rules of a route want to know of a response, made ready once. */
export type Wanted = {
  readonly headers: readonly Place[];
  readonly json: Pointed | undefined;
  readonly events: Pointed | undefined;
};

const placesOf = (rules: readonly MeteringFact[], source: MeteringFact['source']): Place[] =>
  rules.flatMap((rule, at) =>
    rule.source === source
      ? [{ rule: at, selector: rule.selector ?? '', meter: rule.meter_id }]
      : [],
  );

function pointed(places: readonly Place[], others: readonly Place[]): Pointed | undefined {
  if (places.length === 0) return undefined;
  const alone = places.filter(({ meter }) => !others.some((other) => other.meter === meter));
  return {
    rules: places.map(({ rule }) => rule),
    tree: pointerTree(places.map(({ selector }) => selector)),
    alone: alone.map(({ rule }) => rule),
  };
}

/** Undefined for a route that counts nothing the response says. */
export function wantedOf(rules: readonly MeteringFact[]): Wanted | undefined {
  const headers = placesOf(rules, 'response_header');
  const inJson = placesOf(rules, 'response_json');
  const inEvents = placesOf(rules, 'response_sse');
  const json = pointed(inJson, inEvents);
  const events = pointed(inEvents, inJson);
  return headers.length > 0 || json || events ? { headers, json, events } : undefined;
}

/** Whether the body of a response has to be read. */
export const readsBodies = (wanted: Wanted | undefined): boolean =>
  wanted?.json !== undefined || wanted?.events !== undefined;

export type ResponseHead = {
  /** Names and values in turn, as the upstream sent them. */
  readonly raw: readonly string[];
  readonly eventStream: boolean;
};

/** How the body is coded, by the upstream's fields; undefined when it is not. */
function codingOf(raw: readonly string[]): string | undefined {
  let coding: string | undefined;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (raw[i]?.toLowerCase() !== 'content-encoding') continue;
    const value = (raw[i + 1] ?? '').trim().toLowerCase();
    coding = coding === undefined ? value : `${coding}, ${value}`;
  }
  return coding === '' || coding === 'identity' ? undefined : coding;
}

/**
 * Reads of one response what the route's rules count, while it passes. A rule about JSON speaks
 * of responses that are no event stream, one about events of those that are: where a meter has
 * both, each response is read by the one it is for, and the other has no reading.
 */
export class ResponseReader {
  /** The coding that what is fed must be freed of first; undefined when the bytes are plain. */
  readonly coding: string | undefined;
  readonly #readings: (Reading | undefined)[] = [];
  readonly #body: Pointed | undefined;
  readonly #json: JsonScan | undefined;
  readonly #events: EventScan | undefined;

  constructor(wanted: Wanted, { raw, eventStream }: ResponseHead) {
    for (const { rule, selector } of wanted.headers) {
      this.#readings[rule] = headerReading(raw, selector);
    }
    this.#body = eventStream ? wanted.events : wanted.json;
    const other = eventStream ? wanted.json : wanted.events;
    for (const rule of other?.alone ?? []) this.#readings[rule] = { fault: 'missing' };
    if (this.#body && eventStream) this.#events = new EventScan(this.#body.tree);
    else if (this.#body) this.#json = new JsonScan(this.#body.tree);
    this.coding = this.#body && codingOf(raw);
  }

  /** Whether the body has to be fed. */
  get readsBody(): boolean {
    return this.#body !== undefined;
  }

  /** Takes the next bytes of the body, free of codings. */
  feed(bytes: Uint8Array): void {
    if (this.#events) this.#events.feed(bytes);
    else this.#json?.feed(bytes);
  }

  /** The body cannot be read. */
  fail(fault: ValueFault): readonly (Reading | undefined)[] {
    for (const rule of this.#body?.rules ?? []) this.#readings[rule] = { fault };
    return this.#readings;
  }

  /**
   * By rule, when the body has ended: whole, or cut off. What a stream said before it was cut
   * off counts.
   */
  finish(whole: boolean): readonly (Reading | undefined)[] {
    const found = this.#events ? this.#events.finish() : this.#json?.finish();
    if (!found) {
      const empty = this.#json && !this.#json.began;
      return this.fail(!whole ? 'cut_off' : empty ? 'missing' : 'unreadable');
    }
    const absent: Reading = { fault: whole ? 'missing' : 'cut_off' };
    for (const [id, rule] of (this.#body?.rules ?? []).entries()) {
      this.#readings[rule] = found[id] ?? absent;
    }
    return this.#readings;
  }
}

/** What one field of the response says. */
export function headerReading(raw: readonly string[], name: string): Reading {
  let text: string | undefined;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (raw[i]?.toLowerCase() !== name) continue;
    // Two lines could be two values, or one that was added up already.
    if (text !== undefined) return { fault: 'ambiguous' };
    text = (raw[i + 1] ?? '').trim();
  }
  return text === undefined ? { fault: 'missing' } : plainReading(text);
}
