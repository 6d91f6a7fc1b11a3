import type * as Real from '../../../../billing-core/src/kit/changes.ts';
import type { Tables } from '../tables.ts';

// kit/changes.ts over the tables in memory.

export const appendChange: typeof Real.appendChange = async (tx, kind, subjectId) => {
  (tx as unknown as Tables).append(kind, subjectId);
};

export const appendChanges: typeof Real.appendChanges = async (tx, kind, subjectIds) => {
  for (const id of subjectIds) (tx as unknown as Tables).append(kind, id);
};

// There is no money in it: all are of the one feed.
export const lastChange: typeof Real.lastChange = async (sql) =>
  BigInt((sql as unknown as Tables).changes.length);
