import { expect, test, vi } from 'vitest';
import { keyFact, METER, quota, request, route } from '../../core/test/sample.ts';
import type { Hold, LongRequest, NextSpan, Progress } from '../../ports.ts';
import type { OpenMetering } from '../metering-settings.ts';
import { begin, finish, type Meters, subscribe, useMeters } from './meters.ts';

const meters = useMeters();
const BYTES = 'mtr_bytes';

const askedBy = (customer: string, limit?: number) =>
  request({
    fact: keyFact({
      id: customer,
      quotas: limit === undefined ? [] : [quota({ meter_id: BYTES, meter_slug: 'bytes', limit })],
    }),
    route: route({
      metering: [
        { meter_id: METER, source: 'request', units: 1 },
        { meter_id: BYTES, source: 'response_bytes', units: 1 },
      ],
    }),
  });

/** A stream that goes on for as long as it may. */
class Stream implements LongRequest {
  hold: Hold;
  ended: string | undefined;
  /** The answer to the last question, which the stream did not wait for. */
  decided: unknown;
  readonly holds: Hold[] = [];
  readonly #on: OpenMetering;
  readonly #asked: ReturnType<typeof askedBy>;

  constructor(on: OpenMetering, asked: ReturnType<typeof askedBy>, hold: Hold) {
    this.#on = on;
    this.#asked = asked;
    this.hold = hold;
  }

  checkpoint(responseBytes: number): void {
    const progress: Progress = { ...sofar(responseBytes), uploaded: true };
    this.#on.metering.checkpoint(this.hold, progress, this);
    this.#on.metering.flush();
  }

  again(next: NextSpan) {
    const answer = this.#on.tills.admit({ ...this.#asked, span: next.span });
    this.decided = answer;
    return answer;
  }

  goOn(hold: Hold): void {
    this.hold = hold;
    this.holds.push(hold);
  }

  end({ reason }: { reason: string }): void {
    this.ended = reason;
  }

  crashed(error: unknown): void {
    throw error;
  }
}

const sofar = (responseBytes: number) =>
  ({ outcome: 'ok', status: 200, requestBytes: 0, responseBytes }) as const;

async function open(asked: ReturnType<typeof askedBy>, more: Parameters<Meters['open']>[0] = {}) {
  const on = meters.open(more);
  return { on, stream: new Stream(on, asked, await begin(on, asked)) };
}

const bytesOf = async (customer: string): Promise<number> => {
  const [row] = await meters.sql`select coalesce(sum(quantity), 0)::int as sum from usage_entries
    where customer_id = ${customer} and meter_id = ${BYTES}`;
  return row?.['sum'] as number;
};
const bytesAre = (customer: string, bytes: number): Promise<void> =>
  vi.waitFor(async () => expect(await bytesOf(customer)).toBe(bytes), { timeout: 10_000 });

test('what a stream used is in the ledger while it goes on, as one request', async () => {
  const { on, stream } = await open(askedBy('cus_stream'));
  stream.checkpoint(100);
  await bytesAre('cus_stream', 100);
  const [first] = stream.holds;
  stream.checkpoint(350);
  await bytesAre('cus_stream', 350);
  expect(stream.hold).not.toBe(first);
  await finish(on, stream.hold, sofar(400));
  await bytesAre('cus_stream', 400);
  expect(await meters.ledger('cus_stream')).toBe(1);
  expect(on.metering.openRequests).toBe(0);
});

test('a silent stream writes nothing, and does not hold the watermark back', async () => {
  const { on, stream } = await open(askedBy('cus_silent'));
  stream.checkpoint(10);
  await bytesAre('cus_silent', 10);
  const before = on.metering.watermark();
  await vi.waitFor(() => expect(on.clock.now()).toBeGreaterThan(before + 20));
  expect(on.metering.watermark()).toBe(before);
  stream.checkpoint(10);
  expect(on.metering.watermark()).toBeGreaterThan(before + 20);
  expect(on.metering.openRequests).toBe(1);
  // Still one admission and one record short of it: the frame of the end makes them equal.
  await finish(on, stream.hold, sofar(10));
  expect(await meters.close(on, 5_000)).toBe(true);
  const [boot] = await meters.sql`select in_doubt::int from boots where boot_id = ${on.boot}`;
  expect(boot).toMatchObject({ in_doubt: 0 });
});

test('a hard quota ends the stream that used it up; what it used until then is there', async () => {
  const customer = 'cus_00000000000000000000byte';
  await subscribe(meters.sql, customer, { meter: BYTES, limit: 1_000 });
  const asked = askedBy(customer, 1_000);
  const { on, stream } = await open(asked);
  let passed = 0;
  while (stream.ended === undefined) {
    passed += 300;
    stream.checkpoint(passed);
    await bytesAre(customer, passed);
    await stream.decided;
    if (passed > 3_000) throw new Error('the stream never ends');
  }
  expect(stream.ended).toBe('quota_exceeded');
  expect(passed).toBeGreaterThanOrEqual(1_000);
  expect(passed).toBeLessThanOrEqual(1_200);
  await finish(on, stream.hold, sofar(passed));
  expect(await bytesOf(customer)).toBe(passed);
  expect(on.metering.openRequests).toBe(0);
});

test.each([
  ['refuse', 'spool_full'],
  ['admit', undefined],
] as const)('on a full spool that is to %s a stream ends: %s', async (whenFull, reason) => {
  const customer = `cus_full_${whenFull}`;
  const { on, stream } = await open(askedBy(customer), { spoolBytesMax: 4_000, whenFull });
  await meters.core.deafTo(on.boot);
  let spans = 0;
  while (stream.ended === undefined && spans < 50) stream.checkpoint(++spans);
  expect(stream.ended).toBe(reason);
  meters.core.weather = () => 'fair';
  await finish(on, stream.hold, sofar(spans + 1));
  await bytesAre(customer, spans + 1);
});

test('a stream that ends while core is asked leaves nothing set aside', async () => {
  const customer = 'cus_000000000000000000asking';
  await subscribe(meters.sql, customer, { meter: BYTES, limit: 1_000 });
  const { on, stream } = await open(askedBy(customer, 1_000));
  const lease = () => [...on.tills.till(customer).leases.values()][0];
  // All that was lent is spent: the next span has to ask.
  stream.checkpoint(lease()?.granted ?? 0);
  const carried = stream.hold;
  await finish(on, carried, sofar(lease()?.settled ?? 0));
  await vi.waitFor(() => expect(lease()).toMatchObject({ open: 0, reserved: 0, short: 0 }));
  expect(on.metering.openRequests).toBe(0);
  expect(stream.hold).toBe(carried);
});
