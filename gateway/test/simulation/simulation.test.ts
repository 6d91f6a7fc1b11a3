import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MUTATIONS } from './mutations.ts';
import { FAULTS } from './scenario.ts';
import type { Outcome } from './simulate.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
const SEEDS = 200;
/** However slow the machine is: what was run is said, and it is never next to nothing. */
const SEEDS_LEAST = 60;
const RUN_S = 15;
/** On a machine that others keep busy the least of the seeds took more than two minutes. */
const TEST_MS = 300_000;

/**
 * Seeds that are known to find it; when the code changes so that they no longer do, another one
 * is looked for by `npm run simulate -- --mutate NAME --bail`.
 */
const FOUND_BY: Record<string, number> = {
  dedup_removed: 2,
  returned_added: 3,
  generation_ignored: 1,
  limit_forgets_outside: 6,
  forfeit_returns: 88,
  unreserved: 1,
  share_kept_small: 38,
  watermark_ignores_open: 1,
  watermark_skips: 479,
  let_go_untold: 236,
  dropped_untold: 199,
  dropped_vouched: 7,
  clock_kept: 15,
  misdated_kept: 31,
  write_removed: 2,
};
/** From the known one on. */
const MUTANT_SEEDS = 150;

/** Runs seeds in a process of their own, in which the simulator stands below the real code. */
function run(args: readonly string[]): Promise<Outcome[]> {
  return new Promise((resolve, reject) => {
    const options = { maxBuffer: 64 * 1024 * 1024 };
    execFile(process.execPath, [MAIN, '--json', ...args], options, (error, stdout, stderr) => {
      // A seed that failed ends the process with 1: that is an outcome like others.
      if (error && error.code !== 1) reject(new Error(stderr));
      else
        resolve(
          stdout
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line) as Outcome),
        );
    });
  });
}

test(
  'whatever fails, no unit is lent twice, no request billed twice, none that was answered lost',
  async () => {
    const least = await run(['--seeds', `${SEEDS_LEAST}`, '--bail']);
    const rest = ['--seed', `${SEEDS_LEAST + 1}`, '--seeds', `${SEEDS - SEEDS_LEAST}`];
    const more = await run([...rest, '--seconds', `${RUN_S}`, '--bail']);
    const outcomes = [...least, ...more];
    for (const { seed, failure } of outcomes) {
      const again = `npm run simulate -- --seeds 1 --seed ${seed}`;
      expect(failure, `${failure?.message}; again: ${again}`).toBeNull();
    }
    // That a fault can happen is no proof that it does.
    const happened = new Set(outcomes.flatMap(({ counts }) => Object.keys(counts)));
    const wanted = ['message lost', 'message doubled', 'message late', 'minute turned'];
    for (const what of [...FAULTS.map((kind) => `fault ${kind}`), ...wanted]) {
      expect(happened, what).toContain(what);
    }
    const steps = outcomes.reduce((sum, outcome) => sum + outcome.steps, 0);
    process.stdout.write(`${outcomes.length} seeds, ${steps} steps, none failed\n`);
  },
  TEST_MS,
);

test(
  'a seed replays exactly, whole and with a mechanism taken out',
  async () => {
    const seed = ['--seeds', '1', '--seed', '6'];
    expect(await run(seed)).toEqual(await run(seed));
    const broken = [...seed, '--mutate', 'limit_forgets_outside'];
    const [once] = await run(broken);
    expect(once?.failure).not.toBeNull();
    expect(await run(broken)).toEqual([once]);
  },
  TEST_MS,
);

test.each([
  [900110, 'a kill takes the record of a span that a full disk did not have'],
  [751, 'a power cut takes what was spent while core was away'],
  [723, 'a stream ends while core is asked for its next span'],
])(
  'seed %i, in which %s',
  async (seed) => {
    const [outcome] = await run(['--seeds', '1', '--seed', `${seed}`]);
    expect(outcome?.failure).toBeNull();
  },
  TEST_MS,
);

test('every mechanism that can be taken out has a seed that finds it', () => {
  expect(Object.keys(FOUND_BY)).toEqual(Object.keys(MUTATIONS));
});

test.each(Object.entries(MUTATIONS))(
  'finds it when %s',
  async (name) => {
    const from = ['--seed', `${FOUND_BY[name]}`, '--seeds', `${MUTANT_SEEDS}`];
    const outcomes = await run([...from, '--bail', '--mutate', name]);
    expect(outcomes.at(-1)?.failure).not.toBeNull();
  },
  TEST_MS,
);
