import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { measureMoney } from './alerts/metrics.ts';
import { measureUsage } from './alerts/usage-metrics.ts';
import { trustedProxies } from './auth/client-address.ts';
import { sealFactorsAnew, type AuthSecrets } from './auth/factor-seal.ts';
import { openSignIn, type SignIn } from './auth/sign-in.ts';
import { buildApp } from './app.ts';
import { readConfig, type Config } from './config.ts';
import { invitationJob } from './customers/invitation-letter.ts';
import { tokenOf } from './customers/invitations.ts';
import { sharesJob } from './figures/shares.ts';
import { housekeeping } from './housekeeping.ts';
import { monotonicClock, systemClock } from './kit/clock.ts';
import { measureDatabase } from './kit/database-metrics.ts';
import { openDatabase, POOL_CONNECTIONS, type Query, type Sql } from './kit/database.ts';
import { changesFollowed } from './invoicing/cycle-store.ts';
import { invoicingJobs } from './invoicing/jobs.ts';
import { openSending, startJobs, type Job } from './kit/jobs.ts';
import { addressOf, close, listen } from './kit/listen.ts';
import { openLog, type Log } from './kit/log.ts';
import { letterFooter } from './customers/branding-store.ts';
import { openMail, type Mail } from './kit/mail.ts';
import { mailboxHttp } from './kit/mailbox.ts';
import { openTestClock } from './kit/test-clock.ts';
import type { Spans } from './kit/spans.ts';
import type { Tracing } from './kit/tracing.ts';
import type { Kit } from './kit/http.ts';
import { countSpans, openMetrics, type Metrics } from './kit/metrics.ts';
import { noticesJobs, startNotices } from './notices/jobs.ts';
import { privateHttp } from './kit/private.ts';
import { pruningJob } from './kit/prune-changes.ts';
import { openVault, VaultError, type Vault } from './kit/vault.ts';
import { erasureJob } from './personal/erase.ts';
import { startOverrides } from './overrides/due.ts';
import { deskHttp, deskSecret } from './quotas/desk-door.ts';
import { DeskSeat } from './quotas/desk-seat.ts';
import { checkSecrets } from './routes/secrets.ts';
import { reconciliationJobs } from './reconciliation/jobs.ts';
import { openStripe } from './stripe/client.ts';
import { KeyWatch } from './stripe/key-watch.ts';
import type { Collecting } from './stripe/collector.ts';
import { feedNow } from './stripe/feed-store.ts';
import { objectionTo } from './stripe/invoice-form.ts';
import { startStripe, stripeJobs } from './stripe/jobs.ts';
import { mirrorJob } from './stripe/mirror.ts';
import { refundLetterJob } from './stripe/refund-letter.ts';
import { retentionJob } from './retention/round.ts';
import { startDue } from './subscriptions/due.ts';
import { moveJob } from './subscriptions/move-run.ts';
import { startRoller } from './usage/roller.ts';
import manifest from '../package.json' with { type: 'json' };

const STOP_DEADLINE_MS = 10_000;

/** How far those have read the changes who keep their place in the database. */
async function changesRead(sql: Query): Promise<{ facts?: bigint; money?: bigint }> {
  const [facts, stripe] = [await changesFollowed(sql), await feedNow(sql)];
  return { ...(facts !== undefined && { facts }), ...(stripe && { money: stripe.cursor }) };
}

const pruning = (keepMs: number, { prunedChanges }: Metrics): Job =>
  pruningJob({
    keepMs,
    readUntil: changesRead,
    onPruned: (feed, count) => prunedChanges.inc({ feed }, count),
  });

const secretsOf = ({ authSecret, authSecretOther }: Config): AuthSecrets => ({
  secret: authSecret,
  other: authSecretOther,
});

/** Work that goes on beside the requests; `stop` resolves when it has been put down. */
type Beside = { stop(): Promise<void> };

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

type Opened = Pick<Kit, 'sql' | 'log' | 'clock'>;
type Told = { spans: Spans | undefined };
type Started = Collecting & Beside & { jobs: Job[] };

type MoneyKit = Pick<Opened, 'sql' | 'log'> & {
  collecting: Started | undefined;
  mail: Mail;
  publicUrl: string;
};

const moneyJobs = ({ collecting, ...opened }: MoneyKit): Job[] => [
  ...(collecting ? [...collecting.jobs, refundLetterJob(opened)] : []),
  ...reconciliationJobs({ ...opened, stripe: collecting?.kit, send: openSending(opened.sql) }),
];

/** Stripe collects where there is a key of it. */
function openCollecting(
  { stripe, publicUrl }: Config,
  { spans, ...opened }: Opened & Told,
): Started | undefined {
  if (stripe === undefined) return undefined;
  const watch = new KeyWatch(systemClock);
  const kit = {
    ...opened,
    watch,
    stripe: openStripe(stripe, watch, spans),
    wallClock: systemClock,
    send: openSending(opened.sql),
  };
  const { poke, stop } = startStripe(kit, { hasWebhook: stripe.webhookSecrets.length > 0 });
  const paymentsUrl = (id: string): string => `${publicUrl}/c/${id}/payments`;
  const jobs = [...stripeJobs(kit), ...(stripe.mirrorsPlans ? [mirrorJob(kit)] : [])];
  return { kit, settings: stripe, paymentsUrl, poke, stop, jobs };
}

/** Letters that are not sent, for who runs this on a machine of their own. */
const mailbox = ({ smtpUrl, mailDir }: Config): Hono =>
  smtpUrl === undefined && mailDir !== undefined ? mailboxHttp(mailDir) : new Hono();

/** What opens the secrets that are kept. Throws VaultError where it does not. */
async function checkedVault(
  { secretsKeys: [sealing, ...opening] }: Config,
  sql: Sql,
  log: Log,
): Promise<Vault | undefined> {
  const vault = sealing === undefined ? undefined : openVault([sealing, ...opening]);
  await checkSecrets(sql, vault).catch((error: unknown) => {
    if (error instanceof VaultError) throw error;
    log.warn({ err: error }, 'secrets could not be checked');
  });
  return vault;
}

/** What takes away what is not to be kept. */
const forgettingJobs = (config: Config, log: Log, metrics: Metrics): Job[] => [
  housekeeping({ ...config, secrets: secretsOf(config), log }),
  pruning(config.changesKeepMs, metrics),
  erasureJob,
  retentionJob,
];

type Work = Opened &
  Told & {
    metrics: Metrics;
    mail: Mail;
    signIn: SignIn;
    collecting: Started | undefined;
  };

/** Starts what goes on beside the requests. */
function startWork(config: Config, { metrics, mail, signIn, collecting, ...kit }: Work): Beside[] {
  const { sql, log } = kit;
  const { publicUrl } = config;
  return [
    startRoller(kit),
    startJobs(kit, [
      ...forgettingJobs(config, log, metrics),
      ...invoicingJobs(sql, log, collecting && objectionTo),
      moveJob(kit),
      sharesJob,
      ...noticesJobs({ ...kit, mail, publicUrl }),
      ...moneyJobs({ sql, log, collecting, mail, publicUrl }),
      invitationJob({ sql, mail, publicUrl, tokenOf: (row) => tokenOf(signIn, row) }),
    ]),
    startNotices(kit),
    startDue(kit),
    startOverrides(kit),
    ...(collecting ? [collecting] : []),
  ];
}

/** The libraries for it are loaded where a collector is named, and nowhere else. */
async function openTracing(
  { tracing: settings, databaseUrl }: Config,
  of: { sql: Sql; log: Log; metrics: Metrics },
): Promise<Tracing | undefined> {
  if (settings === undefined) return undefined;
  const { openTracing: opened } = await import('./kit/tracing.ts');
  const named = { version: manifest.version, instance: randomUUID() };
  const tracing = opened({ settings, databaseUrl, ...named, ...of });
  countSpans(of.metrics.registry, tracing.counts);
  return tracing;
}

/** What is read when somebody asks for metrics. */
function measureAll(
  config: Config,
  { sql, log, clock, metrics: { registry } }: Opened & { metrics: Metrics },
): void {
  measureDatabase(registry, sql);
  measureUsage({ registry, sql, log }, clock);
  measureMoney({ registry, sql, log }, config.stripe !== undefined);
}

async function start(config: Config): Promise<() => Promise<void>> {
  const { host, publicUrl } = config;
  const log = openLog('billing-core', config.logLevel);
  const sql = openDatabase(config.databaseUrl, POOL_CONNECTIONS, config.synchronousCommit);
  const isOn = config.testClock;
  const testClock = await openTestClock({ sql, base: systemClock, isOn, log });
  const { clock } = testClock;
  const mail = openMail({ ...config, from: config.mailFrom, footer: () => letterFooter(sql), log });
  const metrics = openMetrics();
  const tracing = await openTracing(config, { sql, log, metrics });
  measureAll(config, { sql, log, clock, metrics });
  const secrets = secretsOf(config);
  const signIn = openSignIn({ sql, clock, log, mail, publicUrl, ...secrets });
  await sealFactorsAnew(sql, secrets, log);
  const vault = await checkedVault(config, sql, log);
  const stopping = new AbortController();
  const seat = openSeat(config, log);
  const kit = { sql, log, clock, spans: tracing?.spans };
  const collecting = openCollecting(config, kit);

  const app = buildApp({
    sql,
    clock,
    log,
    signIn,
    metrics,
    tracing,
    rates: seat,
    publicUrl,
    gatewayUrl: config.gatewayPublicUrl,
    signUp: config.signUp,
    requestLogHours: config.requestLogHours,
    stripe: collecting,
    testClock,
    isProxy: trustedProxies(config.trustedProxies),
    stopping: stopping.signal,
    vault,
  });
  const jobs = startWork(config, { ...kit, metrics, mail, signIn, collecting });
  jobs.push(testClock);

  const beside = privateHttp({ sql, registry: metrics.registry, stopping: stopping.signal });
  beside.route('/', deskHttp(seat.door));
  beside.route('/', mailbox(config));
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
    await tracing?.close();
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
