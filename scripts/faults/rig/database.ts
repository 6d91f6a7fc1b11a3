import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import postgres from 'postgres';
import { migrate } from '../../../billing-core/src/kit/migrate.ts';
import { createCluster, databaseUrl, startPostgres, stopPostgres } from '../../postgres/cluster.ts';
import { type Place, placeFor, removeCluster } from '../../postgres/place.ts';
import { testFolder } from '../../test/folder.ts';
import { freePort } from '../../test/free-port.ts';

const NAME = 'tollgate';

/** A Postgres of one test file, which may be stopped: all others go on with theirs. */
export class OwnPostgres {
  readonly url: string;
  readonly #place: Place;
  readonly #start: () => Promise<ChildProcess>;
  #child: ChildProcess;

  private constructor(of: {
    url: string;
    place: Place;
    start: () => Promise<ChildProcess>;
    child: ChildProcess;
  }) {
    this.url = of.url;
    this.#place = of.place;
    this.#start = of.start;
    this.#child = of.child;
  }

  /** Makes it, with all migrations applied; it commits as durably as it is shipped. */
  static async open(): Promise<OwnPostgres> {
    const folder = testFolder('own-postgres');
    const place = placeFor(join(folder, 'data'), join(folder, 'outside'));
    const secrets = { password: randomBytes(16).toString('hex') };
    createCluster(place, secrets, false);
    const port = await freePort();
    const logFile = join(folder, 'postgres.log');
    const start = (): Promise<ChildProcess> => startPostgres(place, { port, logFile });
    const child = await start();
    const sql = postgres(databaseUrl(port, secrets, 'postgres'), { max: 1 });
    await sql.unsafe(`create database ${NAME}`);
    await sql.end();
    const url = databaseUrl(port, secrets, NAME);
    await migrate(url);
    return new OwnPostgres({ url, place, start, child });
  }

  /** Ends every session and writes all to disk. */
  stop(): Promise<void> {
    return stopPostgres(this.#child);
  }

  /** `stop -m immediate`: nothing is written any more; the next start recovers. */
  async stopImmediately(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGQUIT');
    await ended;
  }

  async start(): Promise<void> {
    this.#child = await this.#start();
  }

  async drop(): Promise<void> {
    await stopPostgres(this.#child);
    removeCluster(this.#place.data);
  }
}
