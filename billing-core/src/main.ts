import { trustedProxies } from './auth/client-address.ts';
import { forgetExpired } from './auth/jobs.ts';
import { openSignIn } from './auth/sign-in.ts';
import { buildApp } from './app.ts';
import { readConfig, type Config } from './config.ts';
import { monotonicClock, systemClock } from './kit/clock.ts';
import { openDatabase } from './kit/database.ts';
import { forgetAnswers } from './kit/idempotency.ts';
import { addressOf, close, listen } from './kit/listen.ts';
import { openLog, type Log } from './kit/log.ts';
import { openMail } from './kit/mail.ts';
import { openMetrics } from './kit/metrics.ts';
import { privateHttp } from './kit/private.ts';
import { startRepeating } from './kit/repeat.ts';
import { openVault, VaultError } from './kit/vault.ts';
import { deskHttp, deskSecret } from './quotas/desk-door.ts';
import { DeskSeat } from './quotas/desk-seat.ts';
import { checkSecrets } from './routes/secrets.ts';
import { startRoller } from './usage/roller.ts';

const STOP_DEADLINE_MS = 10_000;
const HOUSEKEEPING_MS = 60 * 60_000;

/** A job that runs beside the requests; `stop` resolves when it has put its work down. */
type Job = { stop(): Promise<void> };

function openSeat(config: Config, log: Log): DeskSeat {
  const { databaseUrl, host, privatePort, internalUrl, authSecret } = config;
  return new DeskSeat({
    databaseUrl,
    address: internalUrl ?? addressOf({ host, port: privatePort }),
    secret: deskSecret(authSecret),
    clock: monotonicClock,
    log,
  });
}

async function start(config: Config): Promise<() => Promise<void>> {
  const { host, publicUrl } = config;
  const log = openLog('billing-core', config.logLevel);
  const clock = systemClock;
  const sql = openDatabase(config.databaseUrl);
  const mail = openMail({ ...config, from: config.mailFrom, log });
  const metrics = openMetrics();
  const signIn = openSignIn({ sql, clock, log, mail, publicUrl, secret: config.authSecret });
  const [sealing, ...opening] = config.secretsKeys;
  const vault = sealing === undefined ? undefined : openVault([sealing, ...opening]);
  await checkSecrets(sql, vault).catch((error: unknown) => {
    if (error instanceof VaultError) throw error;
    log.warn({ err: error }, 'secrets could not be checked');
  });
  const stopping = new AbortController();
  const seat = openSeat(config, log);

  const app = buildApp({
    sql,
    clock,
    log,
    signIn,
    metrics,
    rates: seat,
    publicUrl,
    gatewayUrl: config.gatewayPublicUrl,
    signUp: config.signUp,
    isProxy: trustedProxies(config.trustedProxies),
    stopping: stopping.signal,
    vault,
  });
  const jobs: Job[] = [
    startRoller({ sql, clock, log }),
    startRepeating({ what: 'housekeeping', everyMs: HOUSEKEEPING_MS, log }, async () => {
      await forgetAnswers(sql, clock());
      await forgetExpired(sql, clock());
    }),
  ];

  const beside = privateHttp({ sql, registry: metrics.registry, stopping: stopping.signal });
  beside.route('/', deskHttp(seat.door));
  const open = await listen(app.fetch, { host, port: config.port }, { clock, log });
  const shut = await listen(beside.fetch, { host, port: config.privatePort }, { clock, log });
  seat.start();
  log.info({ port: config.port, private_port: config.privatePort }, 'listening');

  return async () => {
    log.info('stopping');
    stopping.abort();
    await seat.stop();
    await close(open, STOP_DEADLINE_MS);
    await Promise.all(jobs.map((job) => job.stop()));
    await mail.settled();
    await close(shut, 0);
    await sql.end({ timeout: STOP_DEADLINE_MS / 1_000 });
    log.info('stopped');
  };
}

function stopOnce(stop: () => Promise<void>): void {
  let stopped = false;
  const end = (): void => {
    if (stopped) return;
    stopped = true;
    const late = setTimeout(() => process.exit(1), 2 * STOP_DEADLINE_MS);
    late.unref();
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  // The supervisor died without a word: nobody is left to stop us.
  if (process.connected) process.on('disconnect', end);
}

try {
  stopOnce(await start(readConfig()));
} catch (error) {
  if (!(error instanceof Error)) throw error;
  process.stderr.write(`billing-core: ${error.message}\n`);
  process.exit(1);
}
