import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testFolder } from '../../test/folder.ts';

export type Failing = { call: 'write' | 'fdatasync'; error: 'EIO' | 'ENOSPC'; path: string };

/** System calls of a running process that fail, as on a bad disk. Needs strace, and root. */
export class Sabotage {
  readonly #child: ChildProcess;
  readonly #log: string;

  private constructor(child: ChildProcess, log: string) {
    this.#child = child;
    this.#log = log;
  }

  /** From now on each such call on this file fails, and does nothing. */
  static async begin(pid: number, { call, error, path }: Failing): Promise<Sabotage> {
    const log = join(testFolder('sabotage'), 'calls');
    const inject = `inject=${call}:error=${error}`;
    const args = ['-f', '-p', `${pid}`, '-o', log, '-P', path, '-e', `trace=${call}`, '-e', inject];
    const child = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let words = '';
    const attached = new Promise<void>((resolve, reject) => {
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        words += text;
        if (words.includes('attached')) resolve();
      });
      child.once('exit', () => reject(new Error(`strace ended: ${words}`)));
    });
    await attached;
    return new Sabotage(child, log);
  }

  /** How often such a call was made. */
  get calls(): number {
    return readFileSync(this.#log, 'utf8').split('(INJECTED)').length - 1;
  }

  /** Calls do again what they should. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGINT');
    await ended;
  }
}

/** No file of the process may grow beyond so many bytes: a write across it is a short one. */
export function limitFiles(pid: number, bytes: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', `${pid}`, `--fsize=${bytes}:unlimited`]);
}
