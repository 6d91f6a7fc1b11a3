import { expect, test } from 'vitest';
import {
  daysFault,
  minutesFault,
  reminderFault,
  settingsBody,
  settingsValues,
} from './settings-values.ts';

const SETTINGS = {
  issuer: 'Tollgate GmbH\nBerlin',
  footer: '',
  due_days: 14,
  grace_minutes: 1_440,
  zero_amount: 'skip' as const,
  reminder_days: [3, 7],
  debt_grace_days: 0,
};

test('settings go through the form and come out as they were', () => {
  expect(settingsBody(settingsValues(SETTINGS))).toEqual(SETTINGS);
  const typed = { ...settingsValues(SETTINGS), reminder_days: ' 7;3 , 1 ', due_days: ' 0 ' };
  expect(settingsBody(typed)).toMatchObject({ reminder_days: [1, 3, 7], due_days: 0 });
  expect(settingsBody({ ...typed, reminder_days: ' ' }).reminder_days).toEqual([]);
});

test.each([
  [daysFault, ['0', '365', ' 14 '], ['-1', '366', '1.5', 'x', '1e2', '']],
  [minutesFault, ['0', '43200'], ['43201', '-1', '10m', '']],
  [
    reminderFault,
    ['', '3', '3, 7', '3 7;9'],
    ['3, 3', '3, 03', '366', 'a', '1 2 3 4 5 6 7 8 9 10 11'],
  ],
])('%o takes what the API does', (fault, good, bad) => {
  for (const text of good) expect([text, fault(text)]).toEqual([text, undefined]);
  for (const text of bad) expect([text, typeof fault(text)]).toEqual([text, 'string']);
});
