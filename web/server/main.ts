import { join } from 'node:path';
import { pino } from 'pino';
import { loadAssets } from './assets.ts';
import { ConfigError, readConfig, type Config } from './config.ts';
import { createPortalServer } from './portal-server.ts';

/** The portal's web server. Stops on SIGTERM, SIGINT, or when who started it is gone. */
const BUILT = join(import.meta.dirname, '..', 'dist');

function refuse(message: string): never {
  process.stderr.write(`portal: ${message}\n`);
  process.exit(1);
}

function configOrRefuse(): Config {
  try {
    return readConfig();
  } catch (error) {
    if (error instanceof ConfigError) refuse(error.message);
    throw error;
  }
}

function assetsOrRefuse(): ReturnType<typeof loadAssets> {
  try {
    return loadAssets(BUILT);
  } catch (error) {
    refuse((error as Error).message);
  }
}

const config = configOrRefuse();
const log = pino({ name: 'portal', level: config.logLevel });
const { coreUrl, gatewayOrigin } = config;
const portal = createPortalServer({ assets: assetsOrRefuse(), coreUrl, gatewayOrigin, log });

portal.server.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EADDRINUSE') refuse(`PORT ${config.port} on ${config.host} is taken`);
  if (error.code === 'EACCES') refuse(`PORT ${config.port} needs privileges this user lacks`);
  refuse(error.message);
});
portal.server.listen(config.port, config.host, () => {
  log.info({ host: config.host, port: config.port }, 'listening');
});

let stopping = false;
async function stop(reason: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  log.info({ reason }, 'stopping');
  await portal.stop();
  log.info('stopped');
  process.exit(0);
}

process.on('SIGTERM', () => void stop('SIGTERM'));
process.on('SIGINT', () => void stop('SIGINT'));
process.on('disconnect', () => void stop('the supervisor is gone'));
