// `npm run simulate -- --seeds N --seed S [--mutate NAME] [--json]`: N seeds from S on.
import { parseArgs } from 'node:util';
import { MUTATIONS } from './mutations.ts';
import type { Outcome } from './simulate.ts';
import { putStandIns } from './stand-ins.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    mutate: { type: 'string' },
    /** An outcome a line. */
    json: { type: 'boolean', default: false },
    /** Every line of what happens, not only the last ones. */
    trace: { type: 'boolean', default: false },
    /** Stops at the first seed that fails. */
    bail: { type: 'boolean', default: false },
    /** Begins no further seed after so many seconds. */
    seconds: { type: 'string' },
  },
});
const say = (text: string): void => void process.stdout.write(`${text}\n`);

if (values.mutate !== undefined && !MUTATIONS[values.mutate]) {
  say(`There is no mutation ${values.mutate}. There are:`);
  for (const [name, { what }] of Object.entries(MUTATIONS)) say(`  ${name}: ${what}`);
  process.exit(2);
}
putStandIns();
const mutant = values.mutate === undefined ? '' : `?${values.mutate}`;
const { simulate } = (await import(`./simulate.ts${mutant}`)) as typeof import('./simulate.ts');

function tell({ seed, failure }: Outcome): void {
  if (!failure) return;
  const again = values.mutate === undefined ? '' : ` --mutate ${values.mutate}`;
  if (!values.trace) say(failure.trace.join('\n'));
  say(`seed ${seed} fails at step ${failure.step}: ${failure.message}`);
  say(`again: npm run simulate -- --seeds 1 --seed ${seed}${again}`);
}

const [first, count] = [Number(values.seed), Number(values.seeds)];
const startedAt = performance.now();
const seconds = (): number => (performance.now() - startedAt) / 1_000;
const total = { seeds: 0, failed: 0, steps: 0, virtualMs: 0 };
const counts = new Map<string, number>();
for (let seed = first; seed < first + count; seed++) {
  if (seconds() > Number(values.seconds ?? Number.POSITIVE_INFINITY)) break;
  const outcome = await simulate(seed, values.trace ? say : undefined);
  if (values.json) say(JSON.stringify(outcome));
  else tell(outcome);
  total.seeds += 1;
  total.steps += outcome.steps;
  total.virtualMs += outcome.virtualMs;
  for (const [what, times] of Object.entries(outcome.counts)) {
    counts.set(what, (counts.get(what) ?? 0) + times);
  }
  if (!outcome.failure) continue;
  total.failed += 1;
  if (values.bail) break;
}
if (!values.json) {
  const perMinute = Math.round((total.seeds / seconds()) * 60);
  const hours = (total.virtualMs / 3_600_000).toFixed(1);
  for (const [what, times] of [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    say(`${String(times).padStart(9)}  ${what}`);
  }
  say(
    `${total.seeds} seeds, ${total.failed} failed; ${total.steps} steps, ${hours} h of virtual ` +
      `time in ${seconds().toFixed(1)} s: ${perMinute} seeds a minute`,
  );
}
process.exitCode = total.failed > 0 ? 1 : 0;
