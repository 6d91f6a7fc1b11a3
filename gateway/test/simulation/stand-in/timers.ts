import { stage } from '../stage.ts';

type Options = { signal?: AbortSignal; ref?: boolean };

/** node:timers/promises of virtual time. */
export function setTimeout<Value>(ms: number, value?: Value, { signal }: Options = {}) {
  const { world } = stage();
  return new Promise<Value | undefined>((resolve, reject) => {
    const aborted = (): void => {
      cancel();
      reject(new DOMException('The operation was aborted', 'AbortError'));
    };
    const cancel = world.after(ms, world.acting, () => {
      signal?.removeEventListener('abort', aborted);
      resolve(value);
    });
    if (signal?.aborted) aborted();
    else signal?.addEventListener('abort', aborted, { once: true });
  });
}
