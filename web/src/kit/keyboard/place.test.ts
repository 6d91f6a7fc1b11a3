import { expect, test } from 'vitest';
import { type Place, withJumps } from './place.ts';

test('each page has a letter of its own, and the one that it asks for', () => {
  const hrefs = ['/c/cus_1', '/c/cus_1/usage', '/c/cus_1/users', '/c/cus_1/u', '/c/cus_1/keys'];
  const places = hrefs.map((href): Place => ({ href, label: href }));
  const given = withJumps(places.with(0, { ...places[0]!, jump: 'k' }));
  expect(given.map(({ jump }) => jump)).toEqual(['k', 'u', 's', undefined, 'e']);
});
