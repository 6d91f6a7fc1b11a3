import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';

/** What a figure was measured on, and how busy that was before the run began. */
export function machine(): string {
  const model = cpus()[0]?.model ?? 'unknown CPU';
  const memory = Math.round(totalmem() / 2 ** 30);
  const load = loadavg().map((value) => value.toFixed(1));
  return `${model}, ${cpus().length} cores, ${memory} GiB; load average ${load.join(' ')}`;
}

type Times = { all: number; idle: number; self: number; tree: number };

// Linux counts in ticks of 10 ms; elsewhere there is no /proc and nothing is told.
const TICK_MS = 10;

function statOf(pid: number | string): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

// Own time and that of children that have ended: fields 14 to 17 of proc(5).
function ticksOf(pid: number): number {
  const fields = statOf(pid);
  return [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0);
}

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}

function treeTicks(pid: number): number {
  try {
    return childrenOf(pid).reduce((sum, child) => sum + treeTicks(child), ticksOf(pid));
  } catch {
    return 0;
  }
}

function timesOf(): Times {
  const line = readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '';
  const ticks = line.split(/\s+/).slice(1, 9).map(Number);
  return {
    all: ticks.reduce((sum, value) => sum + value, 0),
    idle: (ticks[3] ?? 0) + (ticks[4] ?? 0),
    self: ticksOf(process.pid),
    tree: treeTicks(process.pid),
  };
}

export type Usage = {
  /** CPU time of this process and of its children (Postgres), in ms. */
  selfMs: number;
  childrenMs: number;
  /** Shares of the whole machine, 0 to 1: ours with children, and what all others took. */
  ours: number;
  others: number;
};

/** Watches the machine from now on. Out: what was used since; undefined where it cannot be told. */
export function watchMachine(): () => Usage | undefined {
  try {
    const was = timesOf();
    return () => {
      const is = timesOf();
      const all = Math.max(1, is.all - was.all);
      const [self, tree] = [is.self - was.self, is.tree - was.tree];
      const busy = all - (is.idle - was.idle);
      return {
        selfMs: self * TICK_MS,
        childrenMs: (tree - self) * TICK_MS,
        ours: tree / all,
        others: Math.max(0, busy - tree) / all,
      };
    };
  } catch {
    return () => undefined;
  }
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

export const shownUsage = (usage: Usage | undefined): string =>
  usage === undefined
    ? 'CPU shares unknown'
    : `CPU: ours ${percent(usage.ours)}, others ${percent(usage.others)} of the machine`;

/** The value below which this share of the sorted values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);
