import { dirname, join } from 'node:path';
import { type Finding, type Import, isTest, type Source } from './source.ts';

/** A module of billing-core imports only from those left of it, from kit and from contract. */
export const MODULE_ORDER = [
  'auth',
  'catalog',
  'routes',
  'rating',
  'customers',
  'subscriptions',
  'keys',
  'usage',
  'quotas',
  'requests',
  'notices',
  'overrides',
  'sync',
  'invoicing',
  'payments',
  'documents',
  'stripe',
  'reconciliation',
  'retention',
  'alerts',
  'figures',
  'personal',
];

const CORE = 'billing-core/src/';
const CONTRACT = `${CORE}contract/`;
const CONTRACT_PACKAGE = '@tollgate/billing-core/contract/';
const GATEWAY_CORE = 'gateway/src/core/';
/** Names what the core is given and gives; types only. */
const GATEWAY_PORTS = 'gateway/src/ports.ts';
/** The rooms of the local Stripe, each of which imports only from those left of it. */
const STRIPE_SIM_ORDER = ['world', 'wire', 'objects', 'webhooks', 'control', 'pages'];
const STRIPE_SIM = 'stripe-sim/src/';
const OF_A_HOST = /^(node:|hono|@hono\/|undici|cloudflare:|@cloudflare\/|pino|prom-client)/;

interface Edge extends Import {
  from: string;
  /** From the project root for a file of ours, else the package. */
  to: string;
}

/** Who may import whom. */
export function importFindings(sources: readonly Source[]): Finding[] {
  return sources
    .filter(({ path }) => !isTest(path))
    .flatMap((source) => {
      return source.imports.flatMap((each) => {
        const problem = problemOf({ ...each, from: source.path, to: target(source.path, each) });
        return problem === undefined ? [] : [{ path: source.path, line: each.line, problem }];
      });
    });
}

/** Where an import leads: a path from the project root, or a package. */
export function target(from: string, { specifier }: Import): string {
  if (specifier.startsWith(CONTRACT_PACKAGE)) {
    return `${CONTRACT}${specifier.slice(CONTRACT_PACKAGE.length)}`;
  }
  return specifier.startsWith('.') ? join(dirname(from), specifier) : specifier;
}

function problemOf(edge: Edge): string | undefined {
  if (
    /^@tollgate\/stripe-sim|^stripe-sim\//.test(edge.to) &&
    /^(gateway|billing-core|web)\//.test(edge.from)
  ) {
    return 'the local Stripe is for development and tests only';
  }
  if (edge.from.startsWith(CORE)) return problemInBillingCore(edge);
  if (edge.from.startsWith('gateway/')) return problemInGateway(edge);
  if (edge.from.startsWith('web/')) return problemInWeb(edge);
  if (edge.from.startsWith(STRIPE_SIM)) return problemInStripeSim(edge);
  return undefined;
}

function problemInBillingCore({ from, to }: Edge): string | undefined {
  if (/^(gateway|web)\//.test(to)) return `billing-core must not know of ${to}`;
  const importer = folderBelow(CORE, from);
  const imported = folderBelow(CORE, to);
  if (importer === undefined || !isOurs(to)) return undefined;
  if (importer === 'contract') return imported === 'contract' ? undefined : onlyItself('contract');
  if (imported === 'contract' || imported === 'kit' || imported === importer) return undefined;
  if (importer === 'kit') return 'kit imports only kit and contract';
  if (imported === undefined) return `a module must not import ${to}, which puts modules together`;
  const [left, right] = [MODULE_ORDER.indexOf(imported), MODULE_ORDER.indexOf(importer)];
  if (right === -1) return `${importer} is not in the order of modules`;
  return left !== -1 && left < right
    ? undefined
    : `${importer} must not import ${imported}, which is not left of it`;
}

function problemInGateway({ from, to, isTypeOnly }: Edge): string | undefined {
  if (to.startsWith('web/')) return 'the gateway must not know of web';
  if (to.startsWith(CORE) && !to.startsWith(CONTRACT)) {
    return 'of billing-core the gateway imports only the contract';
  }
  if (!from.startsWith(GATEWAY_CORE)) return undefined;
  if (OF_A_HOST.test(to)) return `gateway core is pure and must not import ${to}`;
  if (to === GATEWAY_PORTS && isTypeOnly) return undefined;
  if (isOurs(to) && !to.startsWith(GATEWAY_CORE) && !to.startsWith(CONTRACT)) {
    return `gateway core must not import ${to}`;
  }
  return undefined;
}

function problemInWeb({ from, to, isTypeOnly }: Edge): string | undefined {
  if (to.startsWith('gateway/')) return 'web must not know of the gateway';
  if (to.startsWith(CORE) && !to.startsWith(CONTRACT)) {
    return 'of billing-core web imports only the contract';
  }
  if (to.startsWith(CONTRACT) && !isTypeOnly) return 'web imports only types from the contract';
  for (const [side, other] of [
    ['portal', 'admin'],
    ['admin', 'portal'],
  ]) {
    if (from.startsWith(`web/src/${side}/`) && to.startsWith(`web/src/${other}/`)) {
      return `${side} must not import ${other}`;
    }
  }
  return undefined;
}

function problemInStripeSim({ from, to }: Edge): string | undefined {
  if (isOurs(to)) return 'the local Stripe must know of nothing else of the project';
  const [importer, imported] = [folderBelow(STRIPE_SIM, from), folderBelow(STRIPE_SIM, to)];
  if (importer === undefined || !to.startsWith(STRIPE_SIM) || importer === imported)
    return undefined;
  const [left, right] = [imported ?? '', importer].map((room) => STRIPE_SIM_ORDER.indexOf(room));
  return left !== undefined && right !== undefined && left !== -1 && left < right
    ? undefined
    : `${importer} must not import ${imported ?? to}, which is not left of it`;
}

function folderBelow(parent: string, path: string): string | undefined {
  if (!path.startsWith(parent)) return undefined;
  const [folder, ...rest] = path.slice(parent.length).split('/');
  return rest.length > 0 ? folder : undefined;
}

const isOurs = (path: string): boolean => /^(gateway|billing-core|web|scripts)\//.test(path);
const onlyItself = (name: string): string => `${name} imports nothing else of the project`;
