import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test, vi } from 'vitest';
import { isAlive } from '../../process.ts';
import { type Kept, keepRunning, type Part, type PartEvent } from '../keeper.ts';
import { stopWithin } from '../node-part.ts';

const LIVES = 'console.log(1); setInterval(() => {}, 1000)';
const REFUSES = 'process.exit(7)';
const SLOW_TO_SPEAK = 'setInterval(() => {}, 1000)';

let kept: Kept | undefined;
afterEach(() => kept?.stop());

// A part is ready once it has printed something.
function part(script: () => string): Part {
  return {
    name: 'toll',
    launch() {
      const child = spawn(process.execPath, ['-e', script()], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      return { child, ready: once(child.stdout, 'data').then(() => undefined) };
    },
    stop: (child) => stopWithin(child, 1_000),
    lastWords: () => 'these were my last words',
  };
}

function keep(script: () => string): { events: PartEvent[]; pids(): number[] } {
  const events: PartEvent[] = [];
  kept = keepRunning(part(script), (event) => events.push(event));
  const pids = (): number[] =>
    events.flatMap((event) => (event.kind === 'spawned' ? [event.pid] : []));
  return { events, pids };
}

test('a part that is killed is started again and said to be back', async () => {
  const { events, pids } = keep(() => LIVES);
  await kept!.ready;
  process.kill(pids()[0]!, 'SIGKILL');
  await vi.waitFor(() => expect(events.at(-1)).toMatchObject({ kind: 'back' }), 5_000);
  expect(events.map(({ kind }) => kind)).toEqual(['spawned', 'lost', 'spawned', 'back']);
  expect(events[1]).toEqual({ kind: 'lost', how: 'SIGKILL' });
});

test('a part that never comes up is given up after three attempts, with last words', async () => {
  const { pids } = keep(() => REFUSES);
  await expect(kept!.ready).rejects.toThrow(/toll does not start: exit code 7\n.*last words/);
  expect(pids()).toHaveLength(3);
});

test('a part that came up once is not given up', async () => {
  let script = LIVES;
  const { events, pids } = keep(() => script);
  await kept!.ready;
  script = REFUSES;
  process.kill(pids()[0]!, 'SIGKILL');
  await vi.waitFor(() => expect(pids().length).toBeGreaterThan(4), 5_000);
  script = LIVES;
  await vi.waitFor(() => expect(events.at(-1)).toMatchObject({ kind: 'back' }), 5_000);
});

test('a stop in the middle of a start leaves no process', async () => {
  const { pids } = keep(() => SLOW_TO_SPEAK);
  await kept!.stop();
  await expect(kept!.ready).rejects.toThrow('stopped before it was ready');
  expect(pids().filter(isAlive)).toEqual([]);
});
