import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { COMPILED } from '../../test/compiled.ts';
import type { Mechanism } from './taken-out.ts';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const READY_WITHIN_MS = 120_000;
const POLL_MS = 20;
const PATIENCE_MS = 60_000;
const REMOVED_WITHIN_MS = 1_500;

export type PartOf = {
  name: string;
  /** Program and arguments; without one, Node with these arguments. */
  program?: string;
  args: readonly string[];
  env: Record<string, string>;
  /** Answers 200 once the part can do its job; without one the part sends a message. */
  readyUrl?: string;
};

const TAKE_OUT = 'scripts/faults/programs/take-out.ts';

/** How to run a program of the product: whole, or with a mechanism taken out; wrapped, or not. */
export function programOf(
  entry: string,
  { wrap = [], without }: { wrap?: readonly string[]; without?: Mechanism },
): Pick<PartOf, 'program' | 'args' | 'env'> {
  const [program = process.execPath, ...before] = [...wrap, process.execPath];
  const hooks = without ? ['--import', `./${TAKE_OUT}`] : [];
  const env = without ? { TAKEN_OUT: without } : {};
  return { program, args: [...before, ...hooks, entry], env: env as Record<string, string> };
}

/** One process of the installation: started, killed, stopped and started again. */
export class Part {
  readonly #of: PartOf;
  #child: ChildProcess | undefined;
  /** All that it printed, over all its lives. */
  output = '';
  onMessage: (message: unknown) => void = () => {};

  constructor(of: PartOf) {
    this.#of = of;
  }

  get name(): string {
    return this.#of.name;
  }

  get running(): boolean {
    const child = this.#child;
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (!this.running || pid === undefined) throw new Error(`${this.name} does not run`);
    return pid;
  }

  /** Starts the process and waits until it is ready. Throws with its words when it is not. */
  async start(): Promise<void> {
    const ready = this.launch();
    await ready;
  }

  /** Starts the process at once. Out: resolves when it is ready. */
  launch(): Promise<void> {
    if (this.running) throw new Error(`${this.name} runs already`);
    const { program = process.execPath, args, env } = this.#of;
    const child = spawn(program, args, {
      cwd: ROOT,
      env: { PATH: process.env['PATH'] ?? '', ...COMPILED, ...env },
      // The channel ends it when the run of the tests is killed.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
    const called = once(child, 'message');
    child.on('message', (message) => this.onMessage(message));
    child.on('error', (error) => (this.output += String(error)));
    return this.#ready(called);
  }

  send(message: object): void {
    this.#child?.send(message);
  }

  /** Sends a signal and waits for the end. Out: the exit code, null when the signal ended it. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (!child || !this.running) return child?.exitCode ?? null;
    const ended = once(child, 'exit');
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    await ended;
    clearTimeout(late);
    return child.exitCode;
  }

  /** Resolves with the exit code when it ends by itself. */
  async ended(): Promise<number | null> {
    if (this.running && this.#child) await once(this.#child, 'exit');
    return this.#child?.exitCode ?? null;
  }

  /** Stops it where it stands, or lets it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    process.kill(this.pid, signal);
  }

  /** Ends it whatever it is doing, also when it stands still. */
  async remove(): Promise<void> {
    if (!this.running) return;
    this.signal('SIGCONT');
    const late = setTimeout(() => void this.end('SIGKILL'), REMOVED_WITHIN_MS);
    await this.end('SIGTERM');
    clearTimeout(late);
  }

  async #ready(called: Promise<unknown>): Promise<void> {
    const { readyUrl } = this.#of;
    const until = performance.now() + READY_WITHIN_MS;
    while (this.running && performance.now() < until) {
      if (readyUrl === undefined) {
        const ended = pause(POLL_MS, 'wait');
        if ((await Promise.race([called, ended])) !== 'wait') return;
      } else {
        const answer = await fetch(readyUrl).catch(() => undefined);
        await answer?.body?.cancel();
        if (answer?.status === 200) return;
        await pause(POLL_MS);
      }
    }
    await this.remove();
    throw new Error(`${this.name} did not get ready:\n${this.output}`);
  }
}
