import { expect, test } from 'vitest';
import { CSV_BEGINS, csvLine } from '../../../billing-core/src/kit/csv.ts';
import { csvText, fieldsTable, plainNumber } from './csv.ts';

test.each([
  ['a formula', '=HYPERLINK("http://evil.example")'],
  ['a full-width formula', '＝1+1'],
  ['a formula behind a tab', '\t=1'],
  ['plus', '+1'],
  ['minus', '-1+1'],
  ['a number below zero', '-12.5'],
  ['at', '@SUM(A1)'],
  ['a comma and quotes', 'Miller, "Joe"'],
  ['what other spreadsheets split at', 'a;=1'],
  ['line breaks', 'a\r\nb'],
  ['nothing', ''],
  ['another script', 'Счёт ✓'],
])('a cell with %s is as in a file of the API', (_, cell) => {
  const lines = csvLine(['name', cell]) + csvLine([cell, 'end']);
  expect(csvText({ columns: ['name', cell], rows: [[cell, 'end']] })).toBe(CSV_BEGINS + lines);
});

test('what is null or zero stays so', () => {
  const rows = [
    { id: 'a', limit: null, count: 0 },
    { id: 'b', limit: '5', count: 2 },
  ];
  expect(fieldsTable(rows)).toEqual({
    columns: ['id', 'limit', 'count'],
    rows: [
      ['a', '', '0'],
      ['b', '5', '2'],
    ],
  });
});

test.each([
  [1_234_567.5, '1234567.5'],
  [0.1 + 0.2, '0.3'],
  [1e21, '1000000000000000000000'],
  [-3, '-3'],
])('%d is %s for programs', (value, text) => {
  expect(plainNumber(value)).toBe(text);
});
