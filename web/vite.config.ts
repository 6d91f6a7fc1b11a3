import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Where `npm run mock -w web` listens; a dev server with a real core sets its own proxy. */
const DEV_CORE_URL = 'http://127.0.0.1:4021';

/**
 * sonner writes a <style> element when it is imported, which our CSP (no unsafe-inline)
 * refuses. Its stylesheet is imported as a file instead, and the call is cut out here. A
 * version that injects in another way fails the build rather than the page.
 */
const sonnerWithoutInjectedStyle: Plugin = {
  name: 'sonner-without-injected-style',
  transform(code, id) {
    if (!/node_modules\/sonner\/dist\/index\.mjs/.test(id)) return null;
    const cut = code.replace(/^__insertCSS\(".*"\);$/m, '');
    if (cut === code) throw new Error('sonner injects its style in a new way: see vite.config.ts');
    return { code: cut, map: null };
  },
};

/** Parts of the kit that the first page does without. */
const LATER =
  'chart-plot|chart-table|choice|csv|dialog|download|field|field-path|form|form-hold|' +
  'known-choices|menu|narrow|pages|save-csv|sheet|table|tabs';

/**
 * Few files instead of many small ones: over a slow line each further hop of imports costs a
 * round trip. What every page needs is one file, and what menus and dialogs need another.
 */
const TANSTACK = String.raw`@tanstack/[^/]*(router|query|history|store)[^/]*`;
const BASE = new RegExp(`node_modules/(react|react-dom|scheduler|${TANSTACK})/`);
/** What menus and dialogs are made of: a page that opens none does without. */
const FRAME = /node_modules\/(@base-ui\/(?!react\/(csp-provider|internals\/csp))|@floating-ui\/)/;
const GROUPS = [
  { name: 'base', test: BASE },
  // What the palette alone is made of loads with the palette: nothing else shares it.
  { name: 'frame', test: FRAME, minShareCount: 2 },
  { name: 'kit', test: new RegExp(`web/src/kit/(?!(${LATER})\\.tsx?$)[^/]+\\.tsx?$`) },
];

export default defineConfig(({ command }) => {
  // A build started by a test runner inherits NODE_ENV=test and would ship React's development
  // build: twice the size, and slow.
  if (command === 'build') process.env['NODE_ENV'] = 'production';
  return {
    root: import.meta.dirname,
    plugins: [react(), tailwind(), sonnerWithoutInjectedStyle],
    build: {
      outDir: 'dist',
      emptyOutDir: true,
      // Data URLs would need their own CSP exceptions, so nothing is inlined.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      target: 'es2023',
      rolldownOptions: { output: { codeSplitting: { groups: GROUPS } } },
    },
    optimizeDeps: { exclude: ['sonner'] },
    server: {
      port: 4020,
      proxy: {
        '/api': { target: DEV_CORE_URL, rewrite: (path) => path.replace(/^\/api/, '') },
      },
    },
  };
});
