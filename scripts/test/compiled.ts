import { fileURLToPath } from 'node:url';

/**
 * Environment of a Node process that keeps what it compiled for the next one: it halves the time
 * of a start, of which tests make hundreds.
 */
export const COMPILED = {
  NODE_COMPILE_CACHE: fileURLToPath(
    new URL('../../node_modules/.cache/tollgate/compiled', import.meta.url),
  ),
};
