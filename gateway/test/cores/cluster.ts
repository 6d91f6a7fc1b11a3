import { type ChildProcess, execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { migrate } from '../../../billing-core/src/kit/migrate.ts';
import {
  createCluster,
  databaseUrl,
  startPostgres,
  stopPostgres,
} from '../../../scripts/postgres/cluster.ts';
import { type Place, placeFor } from '../../../scripts/postgres/place.ts';
import { testFolder } from '../../../scripts/test/folder.ts';
import { freePort } from '../../../scripts/test/free-port.ts';

const NAME = 'tollgate';
const STREAMING = { wal_level: 'replica', max_wal_senders: '4', hot_standby: 'on' };

type Secrets = { password: string };

/** Each of them leads a session of its own, so no signal to a group reaches them. */
function childrenOf(parent: number): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      // After the name in brackets, which may hold anything: state, then the parent.
      const [, ppid] =
        readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      return Number(ppid) === parent ? Number(name) : [];
    } catch {
      return [];
    }
  });
}

/** A Postgres of one test, whose files can be copied and put back, and followed by a standby. */
export class Cluster {
  readonly port: number;
  readonly #place: Place;
  readonly #secrets: Secrets;
  readonly #log: string;
  settings: Record<string, string> = {};
  #child: ChildProcess | undefined;

  private constructor(of: { place: Place; port: number; secrets: Secrets; log: string }) {
    this.#place = of.place;
    this.port = of.port;
    this.#secrets = of.secrets;
    this.#log = of.log;
  }

  /** A new one, running, with all migrations applied. */
  static async open(): Promise<Cluster> {
    const folder = testFolder('cluster');
    const place = placeFor(join(folder, 'data'), join(folder, 'outside'));
    const secrets = { password: randomBytes(16).toString('hex') };
    createCluster(place, secrets, false);
    const log = join(folder, 'postgres.log');
    const cluster = new Cluster({ place, port: await freePort(), secrets, log });
    await cluster.start();
    const sql = postgres(databaseUrl(cluster.port, secrets, 'postgres'), { max: 1 });
    await sql.unsafe(`create database ${NAME}`);
    await sql.end();
    await migrate(cluster.url);
    return cluster;
  }

  get url(): string {
    return databaseUrl(this.port, this.#secrets, NAME);
  }

  async start(): Promise<void> {
    const settings = { ...STREAMING, ...this.settings };
    this.#child = await startPostgres(this.#place, {
      port: this.port,
      logFile: this.#log,
      settings,
    });
  }

  /** In good order: its files are whole afterwards. */
  async stop(): Promise<void> {
    if (this.#child) await stopPostgres(this.#child);
    this.#child = undefined;
  }

  /** To the postmaster and all that it started. */
  signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child ?? {};
    if (pid === undefined) return;
    for (const one of [pid, ...childrenOf(pid)]) {
      try {
        process.kill(one, signal);
      } catch (error) {
        // Backends come and go meanwhile.
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
  }

  async kill(): Promise<void> {
    if (!this.#child) return;
    const ended = once(this.#child, 'exit');
    this.signal('SIGCONT');
    this.#child.kill('SIGKILL');
    await ended;
    this.#child = undefined;
  }

  /** A copy of the stopped cluster's files. */
  copy(): string {
    const copy = `${this.#place.data}.copy`;
    rmSync(copy, { recursive: true, force: true });
    execFileSync('cp', ['-a', this.#place.data, copy]);
    return copy;
  }

  /**
   * A backup of the running cluster, as `pg_basebackup --wal-method=fetch` makes one: the files
   * while they change, then what was written meanwhile. `during` runs between the two.
   */
  async backup(during: () => Promise<unknown>): Promise<string> {
    const { data } = this.#place;
    const copy = `${data}.backup`;
    rmSync(copy, { recursive: true, force: true });
    const sql = postgres(this.url, { max: 1 });
    await sql`select pg_backup_start('backup', true)`;
    // Files come and go meanwhile; what is written about them is in the log of the database.
    const copied = spawnSync('cp', ['-a', data, copy], { encoding: 'utf8' });
    const real = copied.stderr.split('\n').filter((line) => line && !/No such file/.test(line));
    if (real.length > 0) throw new Error(real.join('\n'));
    await during();
    const [row] = await sql<{ labelfile: string }[]>`select labelfile from pg_backup_stop(false)`;
    await sql.end();
    rmSync(join(copy, 'pg_wal'), { recursive: true });
    execFileSync('cp', ['-a', join(data, 'pg_wal'), copy]);
    for (const file of ['postmaster.pid', 'postmaster.opts']) rmSync(join(copy, file));
    this.#write(join(copy, 'backup_label'), row?.labelfile ?? '');
    return copy;
  }

  #write(path: string, text: string): void {
    const { account } = this.#place;
    writeFileSync(path, text, { mode: 0o600 });
    if (account) execFileSync('chown', [`${account.uid}:${account.gid}`, path]);
  }

  /** Puts a copy in the place of the stopped cluster's files. */
  putBack(copy: string): void {
    rmSync(this.#place.data, { recursive: true, force: true });
    execFileSync('cp', ['-a', copy, this.#place.data]);
  }

  /** A standby that follows this one from its present, stopped state; not started. */
  async standby(name: string): Promise<Cluster> {
    const data = `${this.#place.data}.standby`;
    execFileSync('cp', ['-a', this.#place.data, data]);
    const conninfo =
      `host=127.0.0.1 port=${this.port} user=tollgate ` +
      `password=${this.#secrets.password} application_name=${name}`;
    for (const [file, text] of [
      ['standby.signal', ''],
      ['postgresql.auto.conf', `primary_conninfo = '${conninfo}'\n`],
    ] as const) {
      this.#write(join(data, file), text);
    }
    const place = { ...this.#place, data };
    const log = `${this.#log}.standby`;
    return new Cluster({ place, port: await freePort(), secrets: this.#secrets, log });
  }
}
