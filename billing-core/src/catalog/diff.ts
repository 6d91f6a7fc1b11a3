import { TERMS, type PlanVersionDiff } from '../contract/plan-diff.ts';
import type { Entitlement, PlanVersion } from '../contract/plan.ts';
import type { Price } from '../contract/price.ts';

/** What is different between two versions of a plan. Pure. */

type Line = Price | Entitlement;
type Change<Of> = {
  change: 'added' | 'removed' | 'changed';
  before: Of | null;
  after: Of | null;
  fields: string[];
};

/** What says that two lines are the same one; flat prices have nothing but their order. */
function identityOf(line: Line): string {
  if ('model' in line) return line.model === 'flat' ? 'flat' : `usage ${line.meter_id}`;
  if (line.kind === 'quota') return `quota ${line.meter_id} ${line.window} ${line.scope}`;
  if (line.kind === 'included_units') return `included ${line.meter_id}`;
  return line.kind === 'feature' ? `feature ${line.feature}` : line.kind;
}

const said = (value: unknown): string => JSON.stringify(value) ?? '';

/** The fields in which two lines differ, their ids aside: those of a new version are new. */
function fieldsOf(before: object, after: object): string[] {
  const [old, next] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  const names = [...new Set([...old.keys(), ...next.keys()])].filter((name) => name !== 'id');
  return names.filter((name) => said(old.get(name)) !== said(next.get(name)));
}

/** Pairs lines: those that are equal first, so that one that was moved has not changed. */
function changesOf<Of extends Line>(before: readonly Of[], after: readonly Of[]): Change<Of>[] {
  const left = [...before];
  const take = (fits: (line: Of) => boolean): Of | undefined => {
    const at = left.findIndex(fits);
    return at === -1 ? undefined : left.splice(at, 1)[0];
  };
  const unmatched = after.filter((line) => !take((one) => fieldsOf(one, line).length === 0));
  const changes = unmatched.map((line): Change<Of> => {
    const old = take((one) => identityOf(one) === identityOf(line));
    if (old === undefined) return { change: 'added', before: null, after: line, fields: [] };
    return { change: 'changed', before: old, after: line, fields: fieldsOf(old, line) };
  });
  const removed = left.map((line): Change<Of> => {
    return { change: 'removed', before: line, after: null, fields: [] };
  });
  return [...changes, ...removed];
}

/** What a version says of a term, as text; null where it says nothing. */
function termOf(version: PlanVersion | undefined, field: (typeof TERMS)[number]): string | null {
  const value = version?.[field] ?? null;
  return value === null ? null : String(value);
}

export function diffOf(from: PlanVersion | undefined, to: PlanVersion): PlanVersionDiff {
  const terms = TERMS.flatMap((field) => {
    const before = termOf(from, field);
    const after = termOf(to, field);
    return before === after ? [] : [{ field, before, after }];
  });
  return {
    from: from === undefined ? null : { id: from.id, number: from.number },
    to: { id: to.id, number: to.number },
    terms,
    prices: changesOf(from?.prices ?? [], to.prices),
    entitlements: changesOf(from?.entitlements ?? [], to.entitlements),
  };
}
