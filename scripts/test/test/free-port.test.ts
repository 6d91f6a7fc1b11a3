import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { testFolder } from '../folder.ts';

const FREE_PORT = fileURLToPath(new URL('../free-port.ts', import.meta.url));
const EACH = 400;

test('no port is given to two processes, also before anything listens on it', async () => {
  const asking = join(testFolder('ports'), 'ask.mjs');
  writeFileSync(
    asking,
    `import { freePort } from ${JSON.stringify(FREE_PORT)};
     const given = [];
     for (let each = 0; each < ${EACH}; each++) given.push(await freePort());
     process.send(given);`,
  );
  // By chance alone, three times 400 of 22,000 ports would meet about 22 times.
  const given = await Promise.all(
    [1, 2, 3].map(async () => ((await once(fork(asking), 'message')) as [number[]])[0]),
  );
  expect(new Set(given.flat()).size).toBe(3 * EACH);
});
