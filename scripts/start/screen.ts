import { relative } from 'node:path';
import type { DataDir } from './data-dir.ts';
import type { DevFacts, Login } from './dev-file.ts';
import type { PartEvent } from './keeper.ts';

/** The one screen of `npm start`. */
export function welcome(facts: DevFacts, dataDir: DataDir, seconds: number): string {
  const folder = relative(process.cwd(), dataDir.folder) || '.';
  return [
    '',
    `  Tollgate runs (after ${seconds.toFixed(1)} s)`,
    '',
    `  Portal     ${facts.portal_url}`,
    ...login('admin', facts.admin_login),
    ...login('customer', facts.customer_login),
    `  Gateway    ${facts.gateway_url}`,
    `  REST API   ${facts.billing_core_url}/docs`,
    `  Payments   ${paymentsLine(facts)}`,
    ...(facts.mailbox_url === null ? [] : [`  E-mails    ${facts.mailbox_url}`]),
    '',
    ...tryIt(facts),
    `  All of this is in ${folder}/dev.json, logs are in ${folder}/logs. Ctrl-C stops everything.`,
    '',
  ].join('\n');
}

/** One line on what became of a part; undefined when it is nothing to speak of. */
export function eventLine(name: string, event: PartEvent): string | undefined {
  if (event.kind === 'lost') return `  ${name} ended (${event.how}); starting it again`;
  if (event.kind === 'back') return `  ${name} is back (${(event.afterMs / 1000).toFixed(1)} s)`;
  return undefined;
}

function login(who: string, known: Login | null): string[] {
  return known ? [`    ${who.padEnd(9)}${known.email.padEnd(24)} ${known.password}`] : [];
}

const paymentsLine = ({ stripe_url }: DevFacts): string =>
  stripe_url === null
    ? 'by Stripe in test mode, with your STRIPE_SECRET_KEY: no money moves'
    : `by a make-believe Stripe on this machine (${stripe_url}): no money moves`;

function tryIt({ gateway_url, demo }: DevFacts): string[] {
  if (!demo) return ['  The database was not empty, so there is no demo data.', ''];
  return [
    '  A request that is metered and billed:',
    '',
    `    curl -H 'Authorization: Bearer ${demo.api_key}' '${gateway_url}${demo.path}'`,
    '',
  ];
}
