import { spawn } from 'node:child_process';
import { CAN_PIN } from './pinned.ts';

export type Load = {
  url: string;
  seconds: number;
  connections: number;
  core: number;
  headers?: Record<string, string>;
  /** A Lua script for wrk that makes the requests. */
  script?: string;
};

export type Loaded = {
  requests: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Answers that were not 2xx or 3xx, and connections that failed. */
  failed: number;
};

const UNIT_MS: Record<string, number> = { us: 0.001, ms: 1, s: 1_000, m: 60_000 };

function timeOf(report: string, quantile: string): number {
  const found = new RegExp(`^\\s+${quantile}%\\s+([\\d.]+)(us|ms|s|m)`, 'm').exec(report);
  return found ? Number(found[1]) * (UNIT_MS[found[2] ?? ''] ?? Number.NaN) : Number.NaN;
}

/** What wrk says at its end. */
function read(report: string): Loaded {
  const number = (pattern: RegExp): number => Number(pattern.exec(report)?.[1] ?? 0);
  const socketErrors = /Socket errors: (.*)/.exec(report)?.[1]?.match(/\d+/g) ?? [];
  const broken = socketErrors.reduce((sum, count) => sum + Number(count), 0);
  return {
    requests: number(/(\d+) requests in/),
    perSecond: number(/Requests\/sec:\s+([\d.]+)/),
    p50Ms: timeOf(report, '50'),
    p99Ms: timeOf(report, '99'),
    failed: number(/Non-2xx or 3xx responses: (\d+)/) + broken,
  };
}

/** Loads an address as fast as it answers, with one thread of wrk on one core. */
export async function load(of: Load): Promise<Loaded> {
  const headers = Object.entries(of.headers ?? {}).flatMap(([name, value]) => [
    '-H',
    `${name}: ${value}`,
  ]);
  const script = of.script === undefined ? [] : ['-s', of.script];
  const wrk = ['wrk', '-t1', `-c${of.connections}`, `-d${of.seconds}s`, '--latency'];
  const all = [...(CAN_PIN ? ['taskset', '-c', `${of.core}`] : []), ...wrk];
  const [program = 'wrk', ...args] = [...all, ...headers, ...script, of.url];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let report = '';
  child.stdout.on('data', (chunk: Buffer) => {
    report += chunk.toString();
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`wrk ended with ${String(code)}: ${report}`);
  return read(report);
}
