import { readTraceParent, traceParentText } from '@tollgate/billing-core/contract/trace-parent.ts';
import { expect, test } from 'vitest';

const [TRACE, SPAN] = ['0123456789abcdef'.repeat(2), 'fedcba9876543210'];
const FIELD = `00-${TRACE}-${SPAN}-01`;
const PARENT = { traceId: TRACE, spanId: SPAN, flags: 1 };

test.each([
  [FIELD, PARENT],
  [`00-${TRACE}-${SPAN}-00`, { ...PARENT, flags: 0 }],
  ['flags that are not known', { ...PARENT, flags: 3 }, `00-${TRACE}-${SPAN}-ff`],
  ['a later version', PARENT, `01-${TRACE}-${SPAN}-01`],
  ['one that says more', PARENT, `cc-${TRACE}-${SPAN}-01-what-the-future-has`],
])('%s is read', (name, parent, field = name) => {
  expect(readTraceParent(field)).toEqual(parent);
});

test.each([
  '',
  FIELD.toUpperCase(),
  ` ${FIELD}`,
  `${FIELD}-more`,
  `ff-${TRACE}-${SPAN}-01`,
  `00-${'0'.repeat(32)}-${SPAN}-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
  `00-${TRACE}-${SPAN}`,
  `00-${TRACE}-${SPAN}-1`,
  `00-${TRACE.slice(1)}-${SPAN}-01`,
])('%j is none', (field) => {
  expect(readTraceParent(field)).toBe(undefined);
});

test('what is read is written as it was', () => {
  expect(traceParentText(PARENT)).toBe(FIELD);
});
