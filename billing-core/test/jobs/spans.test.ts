import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { freePort } from '../../../scripts/test/free-port.ts';
import { currentTrace } from '../../src/kit/current-trace.ts';
import { openSending, startJobs, type Job } from '../../src/kit/jobs.ts';
import { openLog } from '../../src/kit/log.ts';
import { workSpans } from '../../src/kit/work-spans.ts';
import { openStripe } from '../../src/stripe/client.ts';
import { openRig, type Rig } from '../stripe/rig.ts';

// What a collector is told of jobs and of calls to Stripe.

const told: ReadableSpan[] = [];
const provider = new TracerProvider({
  spanProcessors: [
    {
      onStart: () => {},
      onEnd: (span) => void told.push(span),
      forceFlush: async () => {},
      shutdown: async () => {},
    },
  ],
});
const spans = workSpans(provider.getTracer('test'));

let rig: Rig;
beforeAll(async () => {
  rig = await openRig('spans');
});
afterAll(() => rig.close());
beforeEach(() => void told.splice(0));

const open = () => openStripe(rig.settings, undefined, spans);
/** All but when it was. */
const seen = ({ name, kind, attributes, status }: ReadableSpan) => ({
  ...{ name, kind, attributes, code: status.code },
});

/** Until this job has run once. */
async function worked(job: Job, data: Record<string, string>): Promise<void> {
  const { sql, clock } = rig.core;
  const kit = { sql, log: openLog('test', 'silent'), clock: () => clock.now, spans };
  const jobs = startJobs(kit, [job], { retryFirstS: 0 });
  await jobs.begun;
  await sql.begin((tx) => openSending(sql)(tx, job.name, data));
  await vi.waitFor(() => expect(told.some(({ name }) => name.startsWith('process'))).toBe(true), {
    timeout: 30_000,
    interval: 20,
  });
  await jobs.stop();
}
const traceOf = (span: ReadableSpan | undefined) => span?.spanContext().traceId;

test('a run of a job is a trace of its own, with the calls to Stripe that it makes', async () => {
  const stripe = open();
  const { id } = await rig.stripe.customers.create({ name: 'Leaky', email: 'leaky@leak.test' });
  const seenAs: unknown[] = [];
  const data = { customer_id: 'cus_leaky' };
  const inSteps = async (): Promise<void> => {
    seenAs.push(currentTrace()?.traceId);
    await stripe.customers.update(id, { name: 'Leakier' });
  };
  await worked({ name: 'test.told', retries: 0, secondsMax: 60, inSteps }, data);
  const [call, run] = told;
  expect(told).toHaveLength(2);
  expect(run && seen(run)).toEqual({
    name: 'process test.told',
    kind: SpanKind.CONSUMER,
    attributes: {
      'messaging.system': 'pg_boss',
      'messaging.destination.name': 'test.told',
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.message.id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    },
    code: SpanStatusCode.UNSET,
  });
  const { apiBase } = rig.settings;
  expect(call && seen(call)).toEqual({
    name: 'POST /v1/customers/{id}',
    kind: SpanKind.CLIENT,
    attributes: {
      'http.request.method': 'POST',
      'http.response.status_code': 200,
      'server.address': '127.0.0.1',
      'server.port': Number(apiBase?.port),
      'url.full': `http://127.0.0.1:${apiBase?.port}/v1/customers/{id}`,
      'url.template': '/v1/customers/{id}',
    },
    code: SpanStatusCode.UNSET,
  });
  expect(call?.parentSpanContext?.spanId).toBe(run?.spanContext().spanId);
  expect(seenAs).toEqual([traceOf(run)]);
  expect(JSON.stringify(told.map(seen))).not.toMatch(/leak|sk_test|cus_/i);
  expect(currentTrace()).toBeUndefined();
});

test('a run that fails is an error by its name or code, and only its message is kept', async () => {
  const inOne = async (): Promise<void> => {
    const detail = 'Key (email)=(leaky@leak.test) already exists.';
    throw Object.assign(new Error('it is taken'), { code: '23505', detail });
  };
  await worked({ name: 'test.fails', retries: 0, secondsMax: 60, inOne }, {});
  const [run] = told;
  expect(run?.status).toEqual({ code: SpanStatusCode.ERROR });
  expect(run?.attributes['error.type']).toBe('23505');
  expect(JSON.stringify(told.map(seen))).not.toMatch(/leak|taken/);
  const kept = await rig.core.sql`select output::text from pgboss.job where name = 'test.fails'`;
  expect(JSON.stringify(kept)).toContain('it is taken');
  expect(JSON.stringify(kept)).not.toContain('leak');
});

test('a call that nothing asked for is a trace of its own; a refused one is an error', async () => {
  const stripe = open();
  const unknown = stripe.invoices.retrieve('in_1nobody', { expand: ['customer'] });
  await expect(unknown).rejects.toThrow('No such invoice');
  await expect(stripe.customers.list({ email: 'leaky@leak.test' })).resolves.toBeDefined();
  expect(told.map(seen)).toMatchObject([
    {
      name: 'GET /v1/invoices/{id}',
      attributes: { 'http.response.status_code': 404, 'error.type': '404' },
      code: SpanStatusCode.ERROR,
    },
    { name: 'GET /v1/customers', code: SpanStatusCode.UNSET },
  ]);
  expect(new Set(told.map(traceOf)).size).toBe(2);
  expect(JSON.stringify(told.map(seen))).not.toMatch(/leak|nobody/i);
});

test('a call that never comes through is an error, too', async () => {
  const nobody = new URL(`http://127.0.0.1:${await freePort()}`);
  const stripe = openStripe({ ...rig.settings, apiBase: nobody }, undefined, spans);
  await expect(stripe.customers.list()).rejects.toThrow('connection to Stripe');
  expect(told.map(seen)).toMatchObject([
    { attributes: { 'error.type': 'ECONNREFUSED' }, code: SpanStatusCode.ERROR },
  ]);
});
