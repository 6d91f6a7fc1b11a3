// Unpacks the Chromium of @sparticuz/chromium below TMPDIR, which is where that package writes,
// under fixed names. So it runs as a process of its own, with a TMPDIR of its own.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { inflate } from '@sparticuz/chromium';

const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
const packed = join(dirname(entry), '..', 'bin');
const ARCHIVES = ['chromium.br', 'fonts.tar.br', 'swiftshader.tar.br', 'al2023.tar.br'];
await Promise.all(ARCHIVES.map((name) => inflate(join(packed, name))));
