import { type DevFacts, devFacts, writeDevFile } from '../start/dev-file.ts';
import type { Pids } from '../start/leftover-parts.ts';
import type { Around } from './parts.ts';

const factsOf = ({ config, secrets, databaseUrl }: Around, pids: Pids): DevFacts => {
  const facts = devFacts({ config, secrets, databaseUrl, pids });
  // Nobody collects here, and mails lie in a folder.
  return { ...facts, stripe_url: null, mailbox_url: null };
};

/** Writes what programs need to use it, to dev.json of the data folder. */
export function writeFacts(around: Around, pids: Pids): void {
  writeDevFile(around.dataDir, factsOf(around, pids));
}

/** The one screen of `npm run topology`. */
export function welcome(facts: DevFacts, folder: string): string {
  const { demo, gateway_url } = facts;
  const login = facts.admin_login;
  return [
    '',
    '  Tollgate runs: two gateways, two cores, one PostgreSQL, a portal, behind a balancer',
    '',
    `  Portal     ${facts.portal_url}`,
    ...(login ? [`    admin    ${login.email} ${login.password}`] : []),
    `  Gateways   ${gateway_url}`,
    `  REST API   ${facts.billing_core_url}/docs`,
    ...(demo
      ? ['', `  curl -H 'Authorization: Bearer ${demo.api_key}' '${gateway_url}${demo.path}'`]
      : []),
    '',
    `  All of this is in ${folder}/dev.json, logs are in ${folder}/logs.`,
    '  `npm run topology -- roll` restarts one process after the other. Ctrl-C stops everything.',
    '',
  ].join('\n');
}
