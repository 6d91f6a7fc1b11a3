// `npm run dev:workers`: the gateway on Workers, here, against the core of a running `npm start`.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../start/config.ts';
import type { DevFacts } from '../start/dev-file.ts';
import { writeWhole } from '../start/whole-file.ts';
import { readDevConfig } from './config.ts';
import { gatewayToken } from './token.ts';

const config = readDevConfig();
const folder = join(config.dataDir, 'workers');

function readFacts(): DevFacts {
  const path = join(config.dataDir, 'dev.json');
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as DevFacts;
  } catch {
    throw new Error(`There is no ${path}: run \`npm start\` first, and leave it running.`);
  }
}

async function main(): Promise<void> {
  const facts = readFacts();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const token = await gatewayToken(facts, join(folder, 'token'));
  // Arguments are seen by everybody on the machine; a file of ours is not.
  const secrets = join(folder, 'secrets.env');
  writeWhole(secrets, `GATEWAY_TOKEN=${token}\n`);
  const vars = {
    BILLING_CORE_URL: facts.billing_core_url,
    SYNC_MS: '1000',
    UPSTREAM_ALLOW: '127.0.0.1',
  };
  const args = ['dev', '--local', '--ip', '127.0.0.1', '--port', String(config.port)];
  args.push('--env-file', secrets, '--persist-to', join(folder, 'state'));
  args.push('--show-interactive-dev-session=false', '--log-level', 'warn');
  for (const [name, value] of Object.entries(vars)) args.push('--var', `${name}:${value}`);
  const program = join(ROOT, 'node_modules/.bin/wrangler');
  const wrangler = spawn(process.execPath, [program, ...args], {
    cwd: ROOT,
    env: { ...config.env, WRANGLER_LOG_PATH: join(folder, 'logs'), XDG_CONFIG_HOME: folder },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const address = `http://127.0.0.1:${config.port}`;
  console.log(`The gateway on Workers: ${address}, metering in relaxed mode. Ctrl-C ends it.`);
  if (facts.demo) {
    console.log(`curl -H 'X-API-Key: ${facts.demo.api_key}' '${address}${facts.demo.path}'`);
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => wrangler.kill(signal));
  }
  wrangler.on('exit', (code, signal) => (process.exitCode = signal ? 0 : (code ?? 1)));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
