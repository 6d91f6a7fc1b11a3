import { openApp } from '../app.ts';
import { readAddress } from '@tollgate/billing-core/contract/address.ts';
import { mayReach } from '../core/address.ts';
import { failureAnswer, refusalAnswer } from '../core/problem.ts';
import { refuse } from '../core/refusal.ts';
import { CoreClock } from './clock.ts';
import { answerResponse, WorkersExchange } from './exchange.ts';
import { FactsObject } from './facts-object.ts';
import { Isolate } from './isolate.ts';
import { IsolateFacts } from './isolate-facts.ts';
import { openKeySets } from './key-sets.ts';
import { say } from './log.ts';
import { requestId } from './mint.ts';
import { readSettings, type WorkersEnv } from './settings.ts';
import { TillObject } from './till-object.ts';

// The runtime finds the classes of its objects here, by these names.
export class Till extends TillObject {}
export class Facts extends FactsObject {}

const CUSTOMERS_MAX = 20_000;
/** Methods with which `fetch` sends no body. */
const BODILESS = new Set(['GET', 'HEAD']);
const BODILESS_DETAIL = 'No body passes here with GET or HEAD';

/** Everything one isolate keeps between requests. */
function openIsolate(env: WorkersEnv, region: string) {
  const settings = readSettings(env);
  const clock = new CoreClock();
  // An isolate stays with one shard of every customer, so that its sub-leases are few.
  const shard = Math.floor(Math.random() * settings.shards);
  const objects = new Map<string, string>();
  const learnt = (customerId: string, object: string): void => {
    objects.delete(customerId);
    objects.set(customerId, object);
    // More than there are keys in memory: the customer of every key that is known stays known.
    if (objects.size > CUSTOMERS_MAX) objects.delete(objects.keys().next().value ?? '');
  };
  const objectOf = (customerId: string): string => {
    const object = objects.get(customerId);
    if (object === undefined) throw new Error('a customer is known by its key');
    return object;
  };
  // A name is resolved by the platform, which reaches public addresses only.
  const mayAsk = (origin: string): boolean => {
    const address = readAddress(new URL(origin).hostname);
    return address === undefined || mayReach(address, settings.upstreamAllow);
  };
  const fresh = (): Promise<void> | undefined => facts.fresh();
  const isolate = new Isolate({ clock, ...settings, objectOf, mayAsk, fresh });
  const facts = new IsolateFacts({
    clock,
    region,
    objectOf: (customerRef) => `${customerRef}:${region}:${shard}`,
    learnt,
    onChange: (change) => isolate.changed(change),
  });
  const app = openApp({
    routes: facts,
    keys: facts,
    tills: isolate,
    refusals: isolate,
    clock,
    readiness: isolate.fleet,
    keySets: openKeySets({ mayAsk, now: () => clock.wall() }),
    hash: facts.hash,
  });
  return { app, facts, isolate, clock };
}

let opened: ReturnType<typeof openIsolate> | undefined;

/** Where a till lives: near the first request that needs it, one for each continent. */
const regionOf = (request: Request): string => String(request.cf?.continent ?? 'earth');

export default {
  async fetch(request: Request, env: WorkersEnv): Promise<Response> {
    opened ??= openIsolate(env, regionOf(request));
    const { app, facts, isolate, clock } = opened;
    // Host fields get here that make no URL.
    if (!URL.canParse(request.url))
      return answerResponse(refusalAnswer(refuse('invalid_request'), requestId(clock.wall())));
    const exchange = new WorkersExchange(isolate, request, clock.wall());
    try {
      // Not a failure of the upstream, which any client could bring about.
      if (exchange.body !== null && BODILESS.has(request.method))
        return exchange.refuse(refuse('invalid_request', { detail: BODILESS_DETAIL }));
      await facts.fresh();
      return await app.fetch(request, { exchange });
    } catch (error) {
      const { requestId: request_id } = exchange;
      say('error', 'a request crashed', { request_id, err: error });
      return answerResponse(failureAnswer('internal', request_id));
    }
  },
};
