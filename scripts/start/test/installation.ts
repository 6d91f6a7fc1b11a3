import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { vi } from 'vitest';
import { stopLeftover } from '../../postgres/leftover.ts';
import { removeCluster } from '../../postgres/place.ts';
import { isAlive } from '../../process.ts';
import { testFolder } from '../../test/folder.ts';
import { freePort } from '../../test/free-port.ts';
import { ROOT } from '../config.ts';
import type { DevFacts } from '../dev-file.ts';

const UP_WITHIN_MS = 240_000;
const UP = 'Tollgate runs';

const PORT_VARIABLES = [
  'PORTAL',
  'BILLING_CORE',
  'GATEWAY',
  'UPSTREAM',
  'POSTGRES',
  'STRIPE',
  'BILLING_CORE_PRIVATE',
  'GATEWAY_PRIVATE',
].map((name) => `TOLLGATE_${name}_PORT`);

/** One `npm start` of a test. */
export interface Run {
  child: ChildProcess;
  /** All it printed so far. */
  screen(): string;
  /** Resolves with the exit code. */
  ended: Promise<number | null>;
}

/** A data folder and ports of its own, and the starts on them. */
export class Installation {
  readonly folder: string;
  readonly env: Record<string, string>;
  readonly #runs: Run[] = [];

  private constructor(env: Record<string, string>, folder: string) {
    this.folder = folder;
    this.env = env;
  }

  static async make(): Promise<Installation> {
    const folder = testFolder('start');
    const env: Record<string, string> = { TOLLGATE_DATA_DIR: folder };
    for (const variable of PORT_VARIABLES) env[variable] = `${await freePort()}`;
    return new Installation(env, folder);
  }

  /** Starts and does not wait. */
  launch(args: string[] = [], env: Record<string, string> = {}): Run {
    const { DATABASE_URL: _, ...inherited } = process.env;
    const child = spawn(process.execPath, [`${ROOT}scripts/start/main.ts`, ...args], {
      env: { ...inherited, ...this.env, ...env },
      // The channel ends it when the run of the tests is killed.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    let words = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (words += text));
    }
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const run = { child, screen: () => words, ended };
    this.#runs.push(run);
    return run;
  }

  /** Starts and waits for the screen. */
  async start(args: string[] = [], env: Record<string, string> = {}): Promise<Run> {
    const run = this.launch(args, env);
    const over = (): boolean => run.child.exitCode !== null || run.screen().includes(UP);
    await vi.waitUntil(over, { timeout: UP_WITHIN_MS, interval: 50 });
    if (!run.screen().includes(UP)) throw new Error(`It did not start:\n${run.screen()}`);
    return run;
  }

  async stop(run: Run, signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    run.child.kill(signal);
    return run.ended;
  }

  dev(): DevFacts {
    return JSON.parse(readFileSync(join(this.folder, 'dev.json'), 'utf8'));
  }

  /** Out: the names of the processes of dev.json that are alive. */
  alive(): string[] {
    return Object.entries(this.dev().pids)
      .filter(([, pid]) => isAlive(pid))
      .map(([name]) => name);
  }

  /** Sends a request with the demo key. Out: the status, after the whole body; 0 when refused. */
  async request(): Promise<number> {
    const { gateway_url, demo } = this.dev();
    try {
      const answer = await fetch(`${gateway_url}${demo!.path}`, {
        headers: { authorization: `Bearer ${demo!.api_key}` },
      });
      await answer.arrayBuffer();
      return answer.status;
    } catch {
      return 0;
    }
  }

  /** Out: how many requests the ledger holds that the upstream answered well. */
  async ledgerCount(): Promise<number> {
    const sql = postgres(this.dev().database_url, { max: 1 });
    try {
      const [row] = await sql<{ n: number }[]>`
        SELECT coalesce(sum(requests), 0)::int AS n FROM usage_entries WHERE outcome = 'ok'`;
      return row!.n;
    } finally {
      await sql.end();
    }
  }

  /** Ends whatever a test left and removes the folder. */
  async remove(): Promise<void> {
    for (const { child, ended } of this.#runs) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGTERM');
      await ended;
    }
    const cluster = join(this.folder, 'postgres');
    stopLeftover(cluster);
    removeCluster(cluster);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
