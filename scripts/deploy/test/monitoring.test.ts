import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { OUTCOMES } from '../../../billing-core/src/contract/facts.ts';
import { REFUSALS } from '../../../billing-core/src/contract/refusals.ts';
import { ROOT } from '../../start/config.ts';
import { labelAsked, metricsAsked, metricsKnown } from '../knowledge.ts';
import { render } from '../kustomize.ts';
import type { Mapping, Value } from '../merge.ts';

interface Rule {
  alert: string;
  expr: string;
  annotations: { runbook_url: string };
}
interface Dashboard {
  panels: { title: string; targets: { expr: string }[] }[];
}

const manifests = render(join(ROOT, 'deploy/kubernetes/overlays/production'));
const only = (kind: string, name: string): Record<string, Value> => {
  const found = manifests.find((each) => each.kind === kind && each.metadata.name === name);
  if (!found) throw new Error(`no ${kind} ${name}`);
  return found;
};
const { groups } = only('PrometheusRule', 'tollgate')['spec'] as unknown as {
  groups: { rules: Rule[] }[];
};
const rules = groups.flatMap(({ rules: of }) => of);
const { data } = only('ConfigMap', 'tollgate-dashboard') as { data: Record<string, string> };
const dashboard = JSON.parse(data['dashboard.json'] ?? '') as Dashboard;
const asked = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...dashboard.panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => [title, expr] as const),
  ),
];

describe('alerts and dashboard', () => {
  test.each(asked)('%s asks for metrics that there are', async (_, expression) => {
    const known = metricsKnown(ROOT);
    const names = await metricsAsked(expression);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !known.has(name))).toEqual([]);
    const reasons = labelAsked(expression, 'reason');
    expect(reasons.filter((reason) => !(reason in REFUSALS))).toEqual([]);
    const outcomes: readonly string[] = OUTCOMES;
    const wanted = labelAsked(expression, 'outcome');
    expect(wanted.filter((outcome) => !outcomes.includes(outcome))).toEqual([]);
  });

  test('what is no PromQL, and a metric that nobody has, are seen', async () => {
    await expect(metricsAsked('sum(rate(gateway_unwritten[5m])')).rejects.toThrow('not PromQL');
    expect(metricsKnown(ROOT)).not.toContain('gateway_imagined_total');
  });

  test('each alert says what to do, in words that are there', () => {
    const text = readFileSync(join(ROOT, 'docs/deploy/operate.md'), 'utf8');
    for (const { alert, annotations } of rules) {
      expect(annotations.runbook_url).toBe(`docs/deploy/operate.md#${alert.toLowerCase()}`);
      expect(text).toContain(`### ${alert}\n`);
    }
  });

  test('the services that are scraped have the port and the label', () => {
    const scraped = manifests.filter(({ kind, metadata }) => {
      const labels = metadata['labels'] as Mapping | undefined;
      return kind === 'Service' && labels?.['tollgate/scrape'] === 'true';
    });
    const names = scraped.map(({ metadata }) => metadata.name);
    expect(names).toEqual(['gateway-pods', 'billing-core-pods']);
    for (const { spec } of scraped) {
      expect(spec).toMatchObject({ ports: [{ name: 'private', port: 9090 }] });
    }
  });
});
