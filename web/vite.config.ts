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

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwind(), sonnerWithoutInjectedStyle],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // Data URLs would need their own CSP exceptions, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
  },
  optimizeDeps: { exclude: ['sonner'] },
  server: {
    port: 4020,
    proxy: {
      '/api': { target: DEV_CORE_URL, rewrite: (path) => path.replace(/^\/api/, '') },
    },
  },
});
