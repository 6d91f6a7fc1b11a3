import { type ChildProcess, fork } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import {
  Agent,
  createServer,
  get as httpGet,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { COMPILED } from '../../scripts/test/compiled.ts';
import { freePort } from '../../scripts/test/free-port.ts';
import { FakeCore, TOKEN } from './fake-core.ts';
import { KEY, keyFact, routeFact, WAIT } from './rig.ts';

const MAIN = fileURLToPath(new URL('../src/node/main.ts', import.meta.url));
/** A process starts and ends; on a busy machine that takes its time. */
const LONG = { timeout: 30_000, interval: 20 };
vi.setConfig({ testTimeout: 90_000 });

type Run = { child: ChildProcess; out: string; err: string; code: number | null | undefined };

let core: FakeCore;
let upstream: ReturnType<typeof createServer>;
let held: ServerResponse[];
let streams: ServerResponse[];
let spool: string;
let env: Record<string, string>;
const runs: Run[] = [];

beforeEach(async () => {
  held = [];
  streams = [];
  upstream = createServer((request, response) => {
    if (request.url === '/hold') held.push(response);
    else if (request.url === '/stream') streams.push(response.on('error', () => {}));
    else response.end('hello');
  });
  await new Promise<void>((done) => upstream.listen(0, '127.0.0.1', done));
  core = new FakeCore();
  core.keys.set(hash('sha256', KEY), keyFact());
  const { port } = upstream.address() as AddressInfo;
  core.routes = [
    routeFact({
      upstream_url: `http://127.0.0.1:${port}`,
      metering: [{ meter_id: 'mtr_requests', source: 'request', units: 1 }],
    }),
  ];
  spool = mkdtempSync(join(tmpdir(), 'spool-'));
  env = {
    BILLING_CORE_URL: await core.open(),
    GATEWAY_TOKEN: TOKEN,
    SPOOL_DIR: spool,
    UPSTREAM_ALLOW: '127.0.0.1',
    PORT: String(await freePort()),
    PRIVATE_PORT: String(await freePort()),
    CHECKPOINT_SECONDS: '1',
  };
});
afterEach(() => {
  for (const { child } of runs.splice(0)) child.kill('SIGKILL');
  upstream.closeAllConnections();
  upstream.close();
  core.close();
  rmSync(spool, { recursive: true });
});

function start(more: Record<string, string | undefined> = {}): Run {
  const child = fork(MAIN, [], {
    env: { PATH: process.env.PATH, ...COMPILED, ...env, ...more } as NodeJS.ProcessEnv,
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const run: Run = { child, out: '', err: '', code: undefined };
  child.stdout?.on('data', (text: Buffer) => (run.out += text.toString()));
  child.stderr?.on('data', (text: Buffer) => (run.err += text.toString()));
  child.on('exit', (code) => (run.code = code));
  runs.push(run);
  return run;
}
const exited = (run: Run): Promise<void> =>
  vi.waitFor(() => expect(run.code, run.out + run.err).not.toBe(undefined), LONG);
const get = (path = '/'): Promise<Response> =>
  fetch(`http://127.0.0.1:${env.PORT}${path}`, { headers: { 'x-api-key': KEY } });
const asked = async (path: string): Promise<[number, string]> => {
  const response = await fetch(`http://127.0.0.1:${env.PRIVATE_PORT}${path}`);
  return [response.status, await response.text()];
};
const ready = (run: Run): Promise<void> =>
  vi.waitFor(
    async () => expect(await asked('/readyz'), run.out + run.err).toEqual([200, 'ready\n']),
    LONG,
  );

describe('configuration', () => {
  it('names every variable that is missing or malformed, and does not start', async () => {
    const run = start({ PORT: 'eighty', GATEWAY_TOKEN: undefined, TRUSTED_PROXIES: '10.0.0.0/99' });
    await exited(run);
    expect(run.code).toBe(1);
    for (const name of ['PORT', 'GATEWAY_TOKEN: is not set', 'TRUSTED_PROXIES']) {
      expect(run.err).toContain(name);
    }
    expect(run.err).not.toContain('PRIVATE_PORT');
  });

  it('says in one clear line that a port is taken', async () => {
    const server = createTcpServer();
    await new Promise<void>((done) => server.listen(Number(env.PORT), '127.0.0.1', done));
    const run = start();
    await exited(run);
    server.close();
    expect(run.code).toBe(1);
    expect(run.out).toContain(`port ${env.PORT} on 127.0.0.1 is already in use`);
  });
});

describe('a response that lasts', () => {
  const bytes = (): number | undefined => core.quantities.get('mtr_bytes');
  const passed = async (from: Response): Promise<string> => {
    const { value } = await (from.body as ReadableStream<Uint8Array>).getReader().read();
    return new TextDecoder().decode(value);
  };

  it('kill -9 loses of it what passed since the last checkpoint, and counts it once', async () => {
    const [route] = core.routes;
    route?.metering.push({ meter_id: 'mtr_bytes', source: 'response_bytes', units: 1 });
    const first = start();
    await ready(first);
    const answer = get('/stream');
    await vi.waitFor(() => expect(streams).toHaveLength(1), WAIT);
    streams[0]?.write('a'.repeat(1_000));
    const response = await answer;
    expect(await passed(response)).toHaveLength(1_000);
    // Recorded while it goes on, without anybody having ended anything.
    await vi.waitFor(() => expect(bytes()).toBe(1_000), LONG);
    streams[0]?.write('b'.repeat(500));
    first.child.kill('SIGKILL');
    await exited(first);

    const second = start();
    await ready(second);
    await vi.waitFor(() => expect(core.inDoubt).toBe(1), LONG);
    expect([1_000, 1_500]).toContain(bytes());
    expect(core.quantities.get('mtr_requests')).toBe(1);
  });
});

describe('a gateway process', () => {
  it('serves, tells of itself on the private port, and names no customer there', async () => {
    const run = start();
    await ready(run);
    expect(await (await get()).text()).toBe('hello');
    expect((await asked('/livez'))[0]).toBe(200);
    const [, metrics] = await asked('/metrics');
    expect(metrics).toMatch(/http_server_request_duration_seconds_count\{[^}]*code="200"\} 1/);
    expect(metrics).toMatch(/gateway_forwarded_total\{outcome="ok"\} 1/);
    expect(metrics).not.toMatch(/cus_1|key_1|tg_live/);
    expect(run.out).not.toContain(KEY);
    await vi.waitFor(() => expect(core.recorded).toBe(1), WAIT);
  });

  it.each([
    ['SIGTERM', (run: Run) => run.child.kill('SIGTERM')],
    ['SIGINT, twice', (run: Run) => run.child.kill('SIGINT') && run.child.kill('SIGINT')],
    ['the end of its supervisor', (run: Run) => run.child.disconnect()],
  ])('%s: not ready at once, what is under way finishes and is recorded', async (_name, end) => {
    const run = start();
    await ready(run);
    const slow = get('/hold');
    await vi.waitFor(() => expect(held).toHaveLength(1), WAIT);
    end(run);
    await vi.waitFor(async () => expect((await asked('/readyz'))[0]).toBe(503), WAIT);
    await expect(get()).rejects.toThrow(/fetch failed/);
    held[0]?.end('late but whole');
    expect(await (await slow).text()).toBe('late but whole');
    await exited(run);
    expect(run.code).toBe(0);
    expect(core.recorded).toBe(1);
  });

  it('goes on when core ends its boot: what is under way ends whole, counted once', async () => {
    const run = start();
    await ready(run);
    await get();
    await vi.waitFor(() => expect(core.recorded).toBe(1), WAIT);
    const slow = get('/hold');
    await vi.waitFor(() => expect(held).toHaveLength(1), WAIT);
    const [boot = ''] = core.boots;
    core.ended.add(boot);
    expect((await get()).status).toBe(200);
    await vi.waitFor(() => expect(core.boots.size).toBe(2), LONG);
    held[0]?.end('late but whole');
    expect(await (await slow).text()).toBe('late but whole');
    expect((await get()).status).toBe(200);
    await vi.waitFor(() => expect(core.recorded).toBe(4), LONG);
    run.child.kill('SIGTERM');
    await exited(run);
    expect([run.code, core.recorded, core.inDoubt]).toEqual([0, 4, 0]);
  });

  it('answers what comes on a connection that was idle when it was told to stop', async () => {
    const run = start();
    await ready(run);
    const agent = new Agent({ keepAlive: true });
    const ask = (): Promise<IncomingMessage> =>
      new Promise((resolve, reject) => {
        const headers = { 'x-api-key': KEY };
        const asked = httpGet(`http://127.0.0.1:${env.PORT}/`, { agent, headers }, (answer) => {
          answer.resume().once('end', () => resolve(answer));
        });
        asked.once('error', reject);
      });
    expect((await ask()).headers.connection).toBe('keep-alive');
    run.child.kill('SIGTERM');
    await vi.waitFor(async () => expect((await asked('/readyz'))[0]).toBe(503), {
      ...WAIT,
      interval: 5,
    });
    const last = await ask();
    expect([last.statusCode, last.headers.connection]).toEqual([200, 'close']);
    await exited(run);
    expect(run.code).toBe(0);
    expect(core.recorded).toBe(2);
    agent.destroy();
  });

  it('killed and restarted without core it serves what it knew, and loses nothing', async () => {
    const first = start();
    await ready(first);
    await get();
    await vi.waitFor(() => expect(core.recorded).toBe(1), WAIT);
    core.goDown();
    expect((await get()).status).toBe(200);
    first.child.kill('SIGKILL');
    await exited(first);

    const second = start();
    await ready(second);
    expect((await get()).status).toBe(200);
    core.down = false;
    await vi.waitFor(() => expect(core.recorded).toBe(3), LONG);
  });
});
