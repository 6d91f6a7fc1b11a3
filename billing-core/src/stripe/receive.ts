import type Stripe from 'stripe';
import { Fault } from '../kit/fault.ts';
import type { NewEvent } from './event-store.ts';

/** How old a signature may be; Stripe signs each delivery anew. */
export const SIGNATURE_AGE_MAX_S = 300;

const refuse = (detail: string): Fault => new Fault('invalid_request', { detail });

const idOf = (object: unknown): string | null => {
  const { id } = (object ?? {}) as { id?: unknown };
  return typeof id === 'string' ? id : null;
};

export function eventOf(event: Stripe.Event): NewEvent {
  const { id, type, data, created } = event;
  return {
    id,
    type,
    objectId: idOf(data.object),
    payload: event,
    createdAt: new Date(created * 1_000),
  };
}

type Receiving = { stripe: Stripe; secrets: readonly string[]; isLive: boolean; wallNow: number };

/**
 * The event of a delivery, which one of the secrets signed within five minutes of now. Throws
 * `invalid_request` for any other.
 */
export async function receivedEvent(
  body: string,
  signature: string,
  { stripe, secrets, isLive, wallNow }: Receiving,
): Promise<NewEvent> {
  const at = Math.floor(wallNow / 1_000);
  const stamp = /(?:^|,)t=(\d{1,12})(?:,|$)/.exec(signature)?.[1];
  // The client refuses old ones only.
  if (stamp !== undefined && Number(stamp) > at + SIGNATURE_AGE_MAX_S) {
    throw refuse('The signature is from the future');
  }
  for (const secret of secrets) {
    const event = await stripe.webhooks
      .constructEventAsync(body, signature, secret, SIGNATURE_AGE_MAX_S, undefined, wallNow)
      .catch(() => undefined);
    if (event !== undefined) return checked(event, isLive);
  }
  throw refuse('The signature is not one of Stripe’s for this endpoint, or too old');
}

/** In JSON as we write it: half a character, or NUL. The database can keep neither. */
const HAS_BROKEN_TEXT = /(?<!\\)(?:\\\\)*\\u(?:d[89a-f][\da-f]{2}|0000)/;
const IS_EVENT_ID = /^evt_\w{1,100}$/;

function checked(event: Stripe.Event, isLive: boolean): NewEvent {
  const { id, type, livemode, account, created, data } = (event ?? {}) as Partial<Stripe.Event>;
  const isWhole =
    typeof id === 'string' &&
    IS_EVENT_ID.test(id) &&
    typeof type === 'string' &&
    !HAS_BROKEN_TEXT.test(JSON.stringify(event)) &&
    Number.isSafeInteger(created) &&
    typeof data === 'object';
  if (!isWhole) throw refuse('The body is not an event of Stripe’s');
  if (livemode !== isLive) throw refuse(`The event is of ${livemode ? 'live' : 'test'} mode`);
  if (account !== undefined) throw refuse('The event is of a connected account');
  return eventOf(event);
}
