import { randomUUID } from 'node:crypto';
import { type Config, ConfigError, readConfig } from './config.ts';
import { type Gateway, openGateway } from './gateway.ts';
import { type Log, openLog } from './log.ts';
import { openMetering } from './open-metering.ts';
import type { Tracing } from './tracing.ts';
import { TurnEnd } from './turn-end.ts';
import manifest from '../../package.json' with { type: 'json' };

function configured(): Config {
  try {
    return readConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`gateway: ${error.message}\n`);
    process.exit(1);
  }
}

/** The process must go: what was recorded is on disk, and the next start sends it. */
function fail(log: Log, error: unknown): never {
  log.fatal({ err: error }, error instanceof Error ? error.message : 'the gateway failed');
  log.flush();
  process.exit(1);
}

/** The libraries for it are loaded where a collector is named, and nowhere else. */
async function openTracing({ tracing }: Config, log: Log): Promise<Tracing | undefined> {
  if (tracing === undefined) return undefined;
  const { Tracing } = await import('./tracing.ts');
  const { version } = manifest;
  return new Tracing({ settings: tracing, version, instance: randomUUID(), log });
}

async function open(config: Config, log: Log): Promise<Gateway> {
  const tracing = await openTracing(config, log);
  const wallNow = (): number => Date.now();
  const random = (): number => Math.random();
  const turnEnd = new TurnEnd();
  const { spoolDir, fsync, spoolBytesMax, whenFull, coreUrl, token } = config;
  const meters = openMetering({
    spoolDir,
    fsync,
    spoolBytesMax,
    whenFull,
    coreUrl,
    token,
    log,
    wallNow,
    random,
    turnEnd,
    version: manifest.version,
    tracing,
    onFatal: (error) => fail(log, error),
  });
  const gateway = await openGateway({ config, log, meters, wallNow, random, turnEnd, tracing });
  return { stop: () => gateway.stop().finally(() => tracing?.close()) };
}

const config = configured();
const log = openLog(config.logLevel);
process.on('uncaughtException', (error) => fail(log, error));
const opening = open(config, log);
opening.catch((error: unknown) => fail(log, error));

let stopping = false;
function stop(reason: string): void {
  // Ctrl-C reaches the supervisor and its children: a second signal is no impatience.
  if (stopping) return;
  stopping = true;
  log.info({ reason }, 'the gateway stops');
  opening
    .then((gateway) => gateway.stop())
    .then(
      () => process.exit(0),
      (error: unknown) => fail(log, error),
    );
}
process.on('SIGTERM', () => stop('SIGTERM'));
process.on('SIGINT', () => stop('SIGINT'));
// The supervisor was killed: without it nobody else would stop this process.
process.on('disconnect', () => stop('disconnect'));
