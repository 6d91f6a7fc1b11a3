import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { ArrivalsOf, Arrived } from './arrivals.ts';
import { median, watchMachine } from './machine.ts';
import { CAN_PIN, CAN_RAISE, cpuSecondsOf, raise } from './pinned.ts';
import { say } from './say.ts';

const ROUNDS = 5;
const SECONDS = 5;
const BAR_MS = 1;
const CONNECTIONS = 64;
/** With more it has begun to fall behind. */
const SUSTAINED_P99_MAX_MS = 25;
/** With more of the machine taken by others, what is measured is how long one waits for a core. */
const OTHERS_MAX = 0.1;
/** With fewer seconds in which the sender was on time, the run says nothing of who answers. */
const COUNTED_MIN = 0.5;

export type Target = {
  name: string;
  url: string;
  headers?: Record<string, string>;
  /** The process that is measured. */
  pid?: number;
};
type Comparison = {
  readonly direct: Target;
  readonly bare: Target;
  readonly full: Target;
  /** Requests a second that it answers with all connections always busy. */
  readonly most: number;
  /** Of the sender and the upstream. */
  readonly core: number;
  readonly upstreamPid: number;
};

type Measured = Arrived & {
  /** Part of the machine that others took. */
  readonly others: number;
  /** Part of a core that the measured process took. */
  readonly busy: number;
};

/**
 * Constant arrivals from a process of its own on this core. It goes before what else is there: a
 * sender that waits for its core measures that.
 */
async function arrive(of: ArrivalsOf, core: number): Promise<Measured> {
  const entry = join(import.meta.dirname, 'arrivals.ts');
  const pin = CAN_PIN ? ['taskset', '-c', `${core}`] : [];
  const first = CAN_RAISE ? ['chrt', '-R', '-f', '2'] : [];
  const command = [...pin, ...first, process.execPath, entry, JSON.stringify(of)];
  const [program = '', ...args] = command;
  const cpu = (): number => (of.pid === undefined ? Number.NaN : cpuSecondsOf(of.pid));
  const [watch, from, used] = [watchMachine(), performance.now(), cpu()];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let told = '';
  child.stdout.on('data', (text: Buffer) => (told += text.toString()));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`the sender ended with ${String(code)}`);
  const arrived = JSON.parse(told) as Arrived;
  const busy = ((cpu() - used) * 1_000) / (performance.now() - from);
  return { ...arrived, busy, others: watch()?.others ?? Number.NaN };
}

/** What of a turn is a number. */
type Figure = Exclude<keyof Measured, 'failures'>;

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const middle = (list: readonly Measured[], field: Figure): number =>
  median(list.map((each) => each[field]));
const ms = (value: number): string => value.toFixed(2);

function shown({ name, pid }: Target, list: readonly Measured[]): void {
  const of = (field: Figure): string => ms(middle(list, field));
  const others = `others ${percent(middle(list, 'others'))}`;
  const seconds = list.reduce((sum, each) => sum + each.seconds, 0);
  const counted = list.reduce((sum, each) => sum + each.counted, 0);
  say(
    `  ${name.padEnd(26)} p50 ${of('p50Ms')}, p99 ${of('p99Ms')} ms; sender late by ` +
      `${of('senderP99Ms')}, on time in ${counted} of ${seconds} s; ${others}`,
  );
  if (pid !== undefined) {
    const core = `less what it waited for its core: p99 ${of('coreP99Ms')} ms`;
    say(`  ${' '.repeat(26)} ${core}; took ${percent(middle(list, 'busy'))} of one`);
  }
  const failed = list.reduce((sum, each) => sum + each.failed, 0);
  if (failed === 0) return;
  const by = list.map(({ failures }) => JSON.stringify(failures)).join(' ');
  say(`  ${failed} of them were not answered, or with another status than 200: ${by}`);
}

type Percentile = 'p99Ms' | 'coreP99Ms';

/** What the second adds to the 99th percentile of the first, round by round. */
const added = (first: readonly Measured[], second: readonly Measured[], of: Percentile): number[] =>
  second.map((each, at) => each[of] - (first[at]?.p99Ms ?? Number.NaN));

function tell(what: string, values: readonly number[]): void {
  say(`  added p99 ${what}: ${ms(median(values))} ms (${values.map(ms).join(', ')})`);
}

/**
 * What the set-up sustains of constant arrivals: less than with all connections always busy, when
 * many requests share each turn of the loop, each write and each interrupt.
 */
async function sustained({ core, most, full }: Comparison): Promise<number> {
  const { url, headers = {} } = full;
  const shares = Array.from({ length: 10 }, (_, at) => 1 - at / 10);
  for (const share of shares) {
    const how = { perSecond: most * share, seconds: 2, connections: CONNECTIONS };
    const { failed, p99Ms } = await arrive({ url, headers, ...how }, core);
    if (failed === 0 && p99Ms <= SUSTAINED_P99_MAX_MS) return most * share;
  }
  throw new Error(`not even a tenth of ${most.toFixed(0)} requests a second is sustained`);
}

/** All of them in turn, some times. */
async function measure(of: Comparison, perSecond: number): Promise<Measured[][]> {
  const targets = [of.direct, of.bare, of.full];
  const all = targets.map((): Measured[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [at, { url, headers = {}, pid }] of targets.entries()) {
      const how = { url, headers, perSecond, seconds: SECONDS, connections: CONNECTIONS };
      all[at]?.push(await arrive({ ...how, ...(pid !== undefined && { pid }) }, of.core));
    }
  }
  return all;
}

/** Does this work with the processes before whatever shares their core. */
async function inFront<Result>(
  pids: number[],
  helpers: number,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    for (const pid of pids) raise(pid, true, helpers);
    return await work();
  } finally {
    for (const pid of pids) raise(pid, false, helpers);
  }
}

/**
 * Requests at a constant rate, each timed from when it was due: straight to the upstream, through
 * the bare forwarder and with everything on, in turn. Sender, upstream and gateway go before what
 * shares their cores (billing-core, Postgres, and whatever else a machine runs), which in use is on
 * other machines: else what is measured is the slice that the kernel gives those, 3 ms. Says what
 * was added to the 99th percentile, and how busy others kept the machine; the bar is held by the
 * median of the rounds. Out: whether it is.
 */
export async function addedLatency(of: Comparison): Promise<boolean> {
  const { direct, bare, full, most, upstreamPid, core } = of;
  if (!CAN_RAISE) say('chrt may not be used here: all wait for their cores like others');
  const first = [upstreamPid, ...(full.pid === undefined ? [] : [full.pid])];
  const { rate, all } = await inFront(first, core, async () => {
    const highest = await sustained(of);
    return { rate: highest, all: await measure(of, highest / 2) };
  });
  const targets = [direct, bare, full];
  const [byDirect = [], byBare = [], byFull = []] = all;
  say(`all on: ${most.toFixed(0)}/s as fast as it can, ${rate.toFixed(0)}/s in constant arrivals`);
  const turns = `${ROUNDS} rounds of ${SECONDS} s in turn; medians`;
  say(`half of these: ${(rate / 2).toFixed(0)} requests a second, ${turns}`);
  for (const [at, target] of targets.entries()) shown(target, all[at] ?? []);
  const rounds = added(byDirect, byFull, 'p99Ms');
  tell('by the bare forwarder', added(byDirect, byBare, 'p99Ms'));
  tell('with everything on', rounds);
  tell('less what it waited for its core', added(byDirect, byFull, 'coreP99Ms'));
  const each = all.flat();
  const others = middle(each, 'others');
  if (others > OTHERS_MAX) say(`  others took ${percent(others)} of the machine`);
  const counted = each.filter((one) => one.counted >= one.seconds * COUNTED_MIN).length;
  if (counted < each.length) say(`  the sender was late in ${each.length - counted} of the turns`);
  const held = median(rounds) <= BAR_MS && each.every(({ failed }) => failed === 0);
  const word = held ? 'held' : 'MISSED';
  say(`  added p99, median: ${ms(median(rounds))} ms (bar ${BAR_MS} ms: ${word})`);
  return held;
}
