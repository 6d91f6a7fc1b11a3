import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';

const PROGRAM = join(import.meta.dirname, 'one-gateway.ts');
const STARTS_WITHIN = { timeout: 20_000, interval: 10 };
const STOPS_WITHIN = { timeout: 10_000, interval: 1 };

/** A gateway process that serves one request after another. */
export class LiveProcess {
  /** Requests whose answer was seen. */
  answered = 0;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  readonly #spoolDir: string;

  constructor(of: { spoolDir: string; coreUrl: string; customer: string }) {
    this.#spoolDir = of.spoolDir;
    const args = [PROGRAM, of.spoolDir, of.coreUrl, of.customer];
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child.stdout?.on('data', (chunk: Buffer) => (this.answered += chunk.length));
    this.#exited = new Promise((resolve) => this.#child.once('close', () => resolve()));
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Boots in its spool, oldest first. */
  get boots(): string[] {
    const dir = join(this.#spoolDir, 'boots');
    const bornAt = (boot: string): number => statSync(join(dir, boot)).birthtimeMs;
    return readdirSync(dir).toSorted((a, b) => bornAt(a) - bornAt(b));
  }

  /** Waits until it has answered so many more. */
  async answers(more: number): Promise<void> {
    const goal = this.answered + more;
    await vi.waitUntil(() => this.answered >= goal, STARTS_WITHIN);
  }

  /**
   * Does something while no thread of it runs: what is read of its disk then is of one moment, as
   * with a snapshot of its volume.
   */
  async standingStill<Result>(work: () => Result): Promise<Result> {
    this.signal('SIGSTOP');
    try {
      await vi.waitUntil(() => this.#isStopped, STOPS_WITHIN);
      return work();
    } finally {
      this.signal('SIGCONT');
    }
  }

  get #isStopped(): boolean {
    const threads = `/proc/${this.#child.pid}/task`;
    // The state is the first letter behind the name, which is in parentheses.
    const stateOf = (thread: string): string =>
      /\) (\w)[^)]*$/.exec(readFileSync(join(threads, thread, 'stat'), 'utf8'))?.[1] ?? '';
    return readdirSync(threads).every((thread) => stateOf(thread) === 'T');
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  /** Resolves when it is gone, whoever ended it. */
  get exited(): Promise<void> {
    return this.#exited;
  }
}
