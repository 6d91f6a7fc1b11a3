import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type LaunchOptions } from 'playwright-core';

// Inside node_modules: it goes with them, and no test leaves 200 MB behind elsewhere.
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/tollgate/', import.meta.url));

// The fonts of the package and no others, so that a page looks the same on every machine.
const FONTS_CONFIG = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

/**
 * A headless Chromium that came from npm: no system package, no sandbox when root. The first
 * launch after an install unpacks it, about 3 s. Where npm has none for this platform, the
 * installed Chrome is used. The caller closes it.
 */
export function launchBrowser(options: LaunchOptions = {}): Promise<Browser> {
  const common: LaunchOptions = {
    headless: true,
    chromiumSandbox: process.getuid?.() !== 0,
    args: ['--disable-background-networking', '--disable-dev-shm-usage', ...FONT_FLAGS],
    ...options,
  };
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return chromium.launch({ ...common, channel: 'chrome' });
  }
  const folder = unpackedChromium();
  const env = {
    ...process.env,
    // Everything it links against beyond libc, for machines that have no NSS.
    LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
    FONTCONFIG_FILE: fontsConfigIn(folder),
    // Else the fonts' index would go to the home of whoever runs the tests.
    XDG_CACHE_HOME: join(folder, 'cache'),
  };
  return chromium.launch({ ...common, executablePath: join(folder, 'chromium'), env });
}

const FONT_FLAGS = ['--font-render-hinting=none', '--disable-lcd-text'];

/** Out: the folder with Chromium, its libraries and fonts; unpacked when it is not there yet. */
function unpackedChromium(): string {
  const folder = join(CACHE, `chromium-${packagedVersion()}`);
  if (existsSync(folder)) return folder;
  mkdirSync(CACHE, { recursive: true });
  const unfinished = mkdtempSync(join(CACHE, 'unfinished-'));
  const script = fileURLToPath(new URL('inflate-chromium.ts', import.meta.url));
  execFileSync(process.execPath, [script], { env: { ...process.env, TMPDIR: unfinished } });
  try {
    renameSync(unfinished, folder);
  } catch (error) {
    // Another test file was faster.
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

function fontsConfigIn(folder: string): string {
  const path = join(folder, 'fonts', 'fonts.conf');
  if (readFileSync(path, 'utf8') !== FONTS_CONFIG) writeFileSync(path, FONTS_CONFIG);
  return path;
}

function packagedVersion(): string {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  const manifest: { version: string } = JSON.parse(
    readFileSync(join(dirname(entry), '..', 'package.json'), 'utf8'),
  );
  return manifest.version;
}
