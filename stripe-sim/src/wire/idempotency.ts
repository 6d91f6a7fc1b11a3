import type { KeptAnswer, World } from '../world/world.ts';
import { invalid, StripeFault } from './fault.ts';

const KEY_MAX = 255;
const KEPT_SECONDS = 24 * 3600;

/**
 * Takes a key for a request. Out: the first answer, when there is one to replay. Throws 400 when
 * the key came with other parameters or to another endpoint, 409 while its first request is
 * executing.
 * Keys are forgotten 24 hours of simulated time after they came.
 * https://docs.stripe.com/api/idempotent_requests
 */
export function takeKey(
  world: World,
  key: string,
  { path, fingerprint }: { path: string; fingerprint: string },
): KeptAnswer['answer'] {
  if (key.length > KEY_MAX) {
    throw invalid(`Idempotency keys can be up to ${KEY_MAX} characters`, {
      param: 'idempotency_key',
    });
  }
  const kept = world.answers.get(key);
  if (!kept || kept.at + KEPT_SECONDS <= world.clock.now()) {
    forget(world);
    world.answers.set(key, { fingerprint, path, at: world.clock.now(), answer: undefined });
    return undefined;
  }
  if (kept.path !== path) {
    throw mismatch(
      'Keys for idempotent requests can only be used for the same endpoint they were first used ' +
        `for ('${path}' vs '${kept.path}').`,
      key,
    );
  }
  if (kept.fingerprint !== fingerprint) {
    throw mismatch(
      'Keys for idempotent requests can only be used with the same parameters they were first ' +
        'used with.',
      key,
    );
  }
  if (kept.answer) return kept.answer;
  throw new StripeFault(409, {
    type: 'idempotency_error',
    code: 'idempotency_key_in_use',
    message:
      'There is currently another in-progress request using this Idempotent Key (that probably ' +
      `means you submitted twice, and the other request is still going through): ${key}. Please ` +
      'try again later.',
  });
}

// The oldest come first; a key that comes again after its time goes to the end.
function forget(world: World): void {
  for (const [key, { at }] of world.answers) {
    if (at + KEPT_SECONDS > world.clock.now()) return;
    world.answers.delete(key);
  }
}

const mismatch = (message: string, key: string): StripeFault =>
  new StripeFault(400, {
    type: 'idempotency_error',
    message:
      `${message} Try using a key other than '${key}' if you meant to execute a different ` +
      'request.',
  });

/** Keeps a request's answer, whatever its status. */
export function keepAnswer(world: World, key: string, answer: KeptAnswer['answer']): void {
  const kept = world.answers.get(key);
  if (kept) kept.answer = answer;
}

/** Forgets a key whose request was refused before its execution began. */
export function giveKeyBack(world: World, key: string): void {
  world.answers.delete(key);
}
