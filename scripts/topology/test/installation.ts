import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import { Part } from '../../faults/rig/part.ts';
import { stopLeftover } from '../../postgres/leftover.ts';
import { removeCluster } from '../../postgres/place.ts';
import { ROOT } from '../../start/config.ts';
import type { DevFacts } from '../../start/dev-file.ts';
import { COMPILED } from '../../test/compiled.ts';
import { testFolder } from '../../test/folder.ts';
import { freePort } from '../../test/free-port.ts';
import { VARIABLE } from '../config.ts';

const PORTS = ['PORTAL', 'BILLING_CORE', 'GATEWAY', 'UPSTREAM', 'POSTGRES', 'STRIPE'];
const PARTS_PORTS = 9;
const SOON = { timeout: 120_000, interval: 50 };

/** One `npm run topology` of a test, with an upstream that writes down what it serves. */
export class Installation {
  readonly folder = testFolder('topology');
  readonly upstreamLog = join(this.folder, 'served.log');
  readonly upstreamUrl: string;
  readonly #upstream: Part;
  readonly #child: ChildProcess;
  #words = '';

  private constructor(env: Record<string, string>, upstreamPort: number) {
    this.upstreamUrl = `http://127.0.0.1:${upstreamPort}`;
    this.#upstream = new Part({
      name: 'upstream',
      args: ['scripts/faults/programs/upstream.ts'],
      env: { PORT: `${upstreamPort}`, LOG: this.upstreamLog },
    });
    const { DATABASE_URL: _, ...inherited } = process.env;
    this.#child = spawn(process.execPath, [`${ROOT}scripts/topology/main.ts`], {
      env: { ...inherited, ...COMPILED, ...env, TOLLGATE_DATA_DIR: this.folder },
      // The channel ends it when the run of the tests is killed.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#words += text));
    }
  }

  /** Starts it and waits until everything is up. In: folders of releases that are made already. */
  static async start(releases: string): Promise<Installation> {
    const env: Record<string, string> = { TOLLGATE_RELEASES: releases, LOG_LEVEL: 'warn' };
    for (const name of PORTS) env[`TOLLGATE_${name}_PORT`] = `${await freePort()}`;
    const parts: number[] = [];
    while (parts.length < PARTS_PORTS) parts.push(await freePort());
    const installation = new Installation({ ...env, [VARIABLE]: parts.join() }, await freePort());
    await Promise.all([installation.#upstream.start(), installation.says('Tollgate runs')]);
    return installation;
  }

  get facts(): DevFacts {
    return JSON.parse(readFileSync(join(this.folder, 'dev.json'), 'utf8'));
  }

  get screen(): string {
    return this.#words;
  }

  /** Waits until it has said something so many times. */
  async says(words: string, times = 1): Promise<void> {
    const said = (): boolean => this.#words.split(words).length > times;
    await vi.waitUntil(() => said() || this.#child.exitCode !== null, SOON);
    if (!said()) throw new Error(`it did not say ${words}:\n${this.#words}`);
  }

  /** Has it restart its processes one by one, and waits for that. */
  async roll(): Promise<void> {
    this.#child.kill('SIGUSR2');
    await this.says('Rolled');
  }

  /** Tells one process to stop, past its supervisor, and waits until there is another. */
  async terminate(name: string): Promise<void> {
    const before = this.#words.split(`${name} is back`).length;
    process.kill(this.facts.pids[name] ?? 0, 'SIGTERM');
    await this.says(`${name} is back`, before);
  }

  async remove(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('close', resolve));
    if (this.#child.exitCode === null && this.#child.kill('SIGTERM')) await ended;
    await this.#upstream.remove();
    const cluster = join(this.folder, 'postgres');
    stopLeftover(cluster);
    removeCluster(cluster);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
