import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { head, useRigs } from './raw-client.ts';
import { KEY, type Rig, routeFact, WAIT } from './rig.ts';

const { rigOf, clientOf } = useRigs();
type Route = Parameters<typeof routeFact>[0];

class Upstream {
  asked = 0;
  answer: RequestListener = (_request, response) => void response.end('ok');
  readonly server: Server = createServer((request, response) => {
    if (request.url !== '/healthz') this.asked += 1;
    this.answer(request, response);
  });
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
}
const upstreams: Upstream[] = [];
afterEach(() => {
  for (const { server } of upstreams.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});
async function open(answer?: RequestListener): Promise<Upstream> {
  const upstream = new Upstream();
  if (answer) upstream.answer = answer;
  await new Promise<void>((done) => upstream.server.listen(0, '127.0.0.1', done));
  upstreams.push(upstream);
  return upstream;
}
const status =
  (code: number): RequestListener =>
  (_request, response) =>
    void response.writeHead(code).end('no');
const DEAD = 'http://127.0.0.1:1';
const leading = (urls: string[], route: Route = {}): Promise<Rig> =>
  rigOf({
    routes: () => [
      routeFact({
        upstream_url: urls[0] ?? DEAD,
        upstreams: urls.map((url) => ({ url, weight: 1 })),
        ...route,
      }),
    ],
  });
const ask = (rig: Rig, init: RequestInit = {}): Promise<Response> =>
  fetch(`${rig.url}/x`, { ...init, headers: { 'x-api-key': KEY } });
const statuses = async (rig: Rig, times: number, init?: RequestInit): Promise<number[]> => {
  const all: number[] = [];
  for (let i = 0; i < times; i++) {
    const response = await ask(rig, init);
    await response.arrayBuffer();
    all.push(response.status);
  }
  return all;
};
const retries = { attempts: 1, statuses: [502, 503, 504], budget_percent: 100 };

describe('several upstreams', () => {
  it('take turns, each behind its own base path', async () => {
    const seen: string[] = [];
    const note: RequestListener = (request, response) => {
      seen.push(request.url ?? '');
      response.end();
    };
    const [a, b] = [await open(note), await open(note)];
    const rig = await leading([`${a.url}/a`, b.url]);
    await statuses(rig, 4);
    expect([a.asked, b.asked]).toEqual([2, 2]);
    expect(seen.toSorted()).toEqual(['/a/x', '/a/x', '/x', '/x']);
  });

  it('one that is gone is passed over, and the request is recorded once', async () => {
    const b = await open();
    const rig = await leading([DEAD, b.url], { retries });
    expect(await statuses(rig, 4)).toEqual([200, 200, 200, 200]);
    expect(b.asked).toBe(4);
    expect(rig.metering.settled.map(({ settlement }) => settlement.outcome)).toEqual(
      Array(4).fill('ok'),
    );
  });
});

describe('retries', () => {
  it.each([502, 503, 504])('an answer %i is made good by another upstream', async (code) => {
    const [a, b] = [await open(status(code)), await open()];
    const rig = await leading([a.url, b.url], { retries });
    expect(await statuses(rig, 2)).toEqual([200, 200]);
    expect(a.asked).toBe(1);
  });

  it('the last answer is passed on when there is no other try', async () => {
    const a = await open(status(503));
    const rig = await leading([a.url], { retries });
    expect(await statuses(rig, 1)).toEqual([503]);
    expect(a.asked).toBe(2);
    expect(await rig.metering.only()).toMatchObject({ outcome: 'server_error', status: 503 });
  });

  it('an answer is passed on, too, that opened the last breaker', async () => {
    const answers = [status(503), status(502)];
    const both = await Promise.all(answers.map(open));
    const circuit_breaker = { failures: 1, open_ms: 60_000 };
    const rig = await leading(
      both.map(({ url }) => url),
      { retries: { ...retries, attempts: 2 }, circuit_breaker },
    );
    const answer = await ask(rig);
    expect([answer.status, await answer.text()]).toEqual([502, 'no']);
    expect(await rig.metering.only()).toMatchObject({ outcome: 'server_error', status: 502 });
    expect(both.map(({ asked }) => asked)).toEqual([1, 1]);
  });

  it('a POST that an upstream may have seen is never sent twice', async () => {
    const b = await open((request) => request.socket.destroy());
    const rig = await leading([b.url], { retries });
    expect(await statuses(rig, 1, { method: 'POST' })).toEqual([502]);
    expect(b.asked).toBe(1);
  });

  it('a POST with a body goes whole to the next one when there was no connection', async () => {
    const bodies: string[] = [];
    const b = await open((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        bodies.push(text);
        response.end();
      });
    });
    const rig = await leading([DEAD, b.url], { retries });
    expect(await statuses(rig, 2, { method: 'POST', body: 'the body' })).toEqual([200, 200]);
    expect(bodies).toEqual(['the body', 'the body']);
  });

  it('a PUT whose body was begun is not sent again', async () => {
    const a = await open((request) => void request.once('data', () => request.socket.destroy()));
    const rig = await leading([a.url], { retries });
    expect(await statuses(rig, 1, { method: 'PUT', body: 'x' })).toEqual([502]);
    expect(a.asked).toBe(1);
  });

  it('part of an answer is never followed by another answer', async () => {
    const a = await open((request, response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('half', () => request.socket.destroy());
    });
    const rig = await leading([a.url], { retries });
    const text = await clientOf(rig).send(head('GET /x')).untilClosed();
    expect(text).toMatch(/half$/);
    expect(a.asked).toBe(1);
  });

  it('keep to their budget', async () => {
    const a = await open(status(503));
    const rig = await leading([a.url], { retries: { ...retries, budget_percent: 10 } });
    await statuses(rig, 40);
    // Ten to begin with, one in ten, and one for each second.
    expect(a.asked).toBeGreaterThanOrEqual(40 + 10);
    expect(a.asked).toBeLessThanOrEqual(40 + 25);
  });

  it('the client leaves in the midst of a retry: nothing more is asked', async () => {
    const a = await open((request) => request.socket.destroy());
    const b = await open(() => {});
    const rig = await leading([a.url, b.url], { retries });
    const client = clientOf(rig).send(head('GET /x'));
    await vi.waitFor(() => expect(b.asked).toBe(1), WAIT);
    client.close();
    expect(await rig.metering.only()).toMatchObject({ outcome: 'client_abort' });
  });
});

describe('the breaker', () => {
  const circuit_breaker = { failures: 2, open_ms: 300 };

  it('refuses at once, costs nothing, and says when to come again', async () => {
    const a = await open(status(503));
    const rig = await leading([a.url], { circuit_breaker });
    expect(await statuses(rig, 2)).toEqual([503, 503]);
    const refused = await ask(rig);
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ code: 'upstream_unavailable' });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect([a.asked, rig.metering.begun.length]).toEqual([2, 2]);
    expect(rig.refusals).toEqual(['cus_1 upstream_unavailable']);
  });

  it('lets one try when its time is over, and closes when that is well', async () => {
    const a = await open(status(503));
    const rig = await leading([a.url], { circuit_breaker });
    await statuses(rig, 2);
    a.answer = (_request, response) => void response.end();
    await vi.waitFor(async () => expect(await statuses(rig, 1)).toEqual([200]), WAIT);
    expect(await statuses(rig, 5)).toEqual(Array(5).fill(200));
    expect(a.asked).toBe(2 + 1 + 5);
  });

  it('does not open for what clients do', async () => {
    const a = await open(() => {});
    const rig = await leading([a.url], { circuit_breaker });
    for (let i = 0; i < 4; i++) {
      const client = clientOf(rig).send(head('GET /x'));
      await vi.waitFor(() => expect(a.asked).toBe(i + 1), WAIT);
      client.close();
    }
    await vi.waitFor(() => expect(rig.metering.settled).toHaveLength(4), WAIT);
    a.answer = status(404);
    expect(await statuses(rig, 4)).toEqual(Array(4).fill(404));
  });
});

describe('times', () => {
  it('between two parts of an answer', async () => {
    const a = await open((_request, response) => void response.write('part'));
    const rig = await leading([a.url], { timeout_ms: 5_000, idle_timeout_ms: 100 });
    const text = await clientOf(rig).send(head('GET /x')).untilClosed();
    expect(text).toMatch(/part/);
    expect(await rig.metering.only()).toMatchObject({ outcome: 'upstream_timeout', status: 200 });
  });

  it('for all of a request, however much moves', async () => {
    const a = await open((_request, response) => {
      const drip = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(drip));
    });
    const rig = await leading([a.url], { total_timeout_ms: 300 });
    await clientOf(rig).send(head('GET /x')).untilClosed();
    const settled = await rig.metering.only();
    expect(settled).toMatchObject({ outcome: 'upstream_timeout', status: 200 });
    expect(settled.durationMs).toBeGreaterThanOrEqual(250);
  });

  it('for all of a request, and who takes it slowly pays for what it took', async () => {
    const part = Buffer.alloc(64 * 1_024, 'x');
    const a = await open((_request, response) => {
      const more = (): void => {
        while (response.write(part));
      };
      response.on('drain', more);
      more();
    });
    const rig = await leading([a.url], { total_timeout_ms: 600 });
    const client = clientOf(rig).send(head('GET /x'));
    await client.until(/xxx/);
    client.socket.pause();
    const settled = await rig.metering.only();
    expect(settled).toMatchObject({ outcome: 'ok', status: 200 });
    expect(settled.responseBytes).toBeGreaterThan(part.length);
  });

  it('for all of a request, and so does who keeps back the end of a body', async () => {
    const a = await open((request, response) => {
      response.write('answered');
      request.resume();
    });
    const rig = await leading([a.url], { total_timeout_ms: 400 });
    const client = clientOf(rig).send(`${head('POST /x', 'Content-Length: 2')}a`);
    await client.until(/answered/);
    expect(await rig.metering.only()).toMatchObject({ outcome: 'ok', status: 200 });
  });

  it('for all of a request, its tries together', async () => {
    const a = await open(() => {});
    const more = { timeout_ms: 200, total_timeout_ms: 300 };
    const rig = await leading([a.url], { retries: { ...retries, attempts: 5 }, ...more });
    expect(await statuses(rig, 1)).toEqual([504]);
    expect(a.asked).toBe(2);
  });
});
