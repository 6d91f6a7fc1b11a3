import type * as Real from '../../../../billing-core/src/kit/changes.ts';
import type { Tables } from '../tables.ts';

// kit/changes.ts over the tables in memory.

export const appendChange: typeof Real.appendChange = async (tx, kind, subjectId) => {
  (tx as unknown as Tables).append(kind, subjectId);
};

export const lastChange: typeof Real.lastChange = async (sql) =>
  BigInt((sql as unknown as Tables).changes.length);
