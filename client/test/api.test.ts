import openapiTS, { astToString } from 'openapi-typescript';
import { expect, test } from 'vitest';
import { openCore, type Json } from '../../billing-core/src/test/core.ts';

const HEADER = '// Generated from /openapi.json: `npm run generate:client` writes it anew.\n\n';

// A program has an admin token; /portal and /auth are for browsers with a session.
const forPrograms = (document: Json): string => {
  const paths = Object.entries(document['paths'] as object);
  const kept = paths.filter(([path]) => path.startsWith('/v1/'));
  return JSON.stringify({ ...(document as object), paths: Object.fromEntries(kept) });
};

test('the types are those of the document that a core serves', async () => {
  const core = await openCore();
  try {
    const document = (await core.call('GET', '/openapi.json')).body;
    const types = astToString(await openapiTS(forPrograms(document), { alphabetize: true }));
    await expect(HEADER + types).toMatchFileSnapshot('../src/api.gen.ts');
  } finally {
    await core.close();
  }
});
