import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { collectDefaultMetrics, Registry } from 'prom-client';

/** Names of metrics that only Prometheus itself makes. */
const OF_PROMETHEUS = ['up'];

/** The settings that a program of ours knows, by the name of each. */
export function settingsKnown(root: string, part: 'gateway' | 'billing-core' | 'web'): Set<string> {
  const file = {
    gateway: 'gateway/src/node/config.ts',
    'billing-core': 'billing-core/src/config.ts',
    web: 'web/server/config.ts',
  }[part];
  // Those of traces both programs read alike.
  const files = part === 'web' ? [file] : [file, 'billing-core/src/contract/trace-settings.ts'];
  const text = files.map((each) => readFileSync(join(root, each), 'utf8')).join('\n');
  return new Set(text.match(/\b[A-Z][A-Z_]{3,}\b/g));
}

/** The metrics that the programs have: what their sources name, and the default ones of Node. */
export function metricsKnown(root: string): Set<string> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const named = ['gateway/src/node', 'billing-core/src/kit', 'billing-core/src/alerts'].flatMap(
    (folder) =>
      readdirSync(join(root, folder))
        .filter((file) => file.endsWith('.ts'))
        .flatMap((file) => [...readFileSync(join(root, folder, file), 'utf8').matchAll(NAMED)])
        .map(([, name = '']) => name),
  );
  const own = registry.getMetricsAsArray().map(({ name }) => name);
  const histograms = named
    .filter((name) => name.endsWith('_seconds'))
    .flatMap((name) => ['_bucket', '_count', '_sum'].map((end) => `${name}${end}`));
  return new Set([...OF_PROMETHEUS, ...named, ...own, ...histograms]);
}

// As in `name: 'a_b'`, `readonly name = 'a_b'`, `gauge('a_b'` and `total(\n 'a_b'`.
const NAMED = new RegExp(
  '(?:name[:=] ?|name = |(?:gauge|byRoute|byError|tell|total)\\()\\s*' +
    "'([a-z][a-z0-9]*(?:_[a-z0-9]+)+)'",
  'g',
);

/** Prometheus' own grammar of its language. */
const GRAMMAR = '@prometheus-io/lezer-promql';
interface Grammar {
  parser: { parse(text: string): { iterate(of: { enter(node: Node): void }): void } };
}
type Node = { type: { name: string; isError: boolean }; from: number; to: number };

/** What a PromQL expression asks for. Throws when it is none. */
export async function metricsAsked(expression: string): Promise<string[]> {
  const { parser } = (await import(GRAMMAR)) as Grammar;
  // Grafana's own; any duration will do.
  const text = expression.replaceAll('$__rate_interval', '5m');
  const names: string[] = [];
  parser.parse(text).iterate({
    enter: ({ type, from, to }) => {
      if (type.isError) throw new Error(`not PromQL at ${from}: ${text}`);
      const { name } = type;
      if (name === 'Identifier' || name === 'MetricIdentifier') names.push(text.slice(from, to));
    },
  });
  return [...new Set(names)];
}

/** Values that an expression asks a label for, such as `ok|error`. */
export const labelAsked = (expression: string, label: string): string[] =>
  [...expression.matchAll(new RegExp(`\\b${label}=~?"([^"]*)"`, 'g'))].flatMap(([, text = '']) =>
    text.split('|'),
  );
