import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../test/free-port.ts';
import { ROOT } from '../config.ts';

let child: ChildProcess;
let url: string;

beforeAll(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  child = spawn(process.execPath, [`${ROOT}scripts/start/upstream.ts`], {
    env: { ...process.env, PORT: `${port}` },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  await once(child.stdout!, 'data');
});

afterAll(() => child.kill('SIGKILL'));

test('the same city has the same weather', async () => {
  const [one, other] = await Promise.all(
    [1, 2].map(async () => (await fetch(`${url}/weather?city=Oslo`)).json()),
  );
  expect(one).toEqual(other);
  expect(one).toMatchObject({ city: 'Oslo' });
});

test('it echoes a body, streams ten events, and answers sizes and codes as asked', async () => {
  const echo = await fetch(`${url}/echo`, { method: 'POST', body: 'toll' });
  expect(await echo.text()).toBe('toll');
  const stream = await (await fetch(`${url}/stream`)).text();
  expect(stream.match(/^event: tick$/gm)).toHaveLength(10);
  const bytes = await (await fetch(`${url}/bytes/200000`)).arrayBuffer();
  expect(bytes.byteLength).toBe(200_000);
  expect((await fetch(`${url}/status/503`)).status).toBe(503);
  expect((await fetch(`${url}/status/204`)).status).toBe(204);
  expect((await fetch(`${url}/nowhere`)).status).toBe(404);
  expect((await fetch(`${url}/echo`)).status).toBe(405);
});

test('it ends when its supervisor is gone', async () => {
  child.disconnect();
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
});
