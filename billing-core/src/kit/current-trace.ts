import { AsyncLocalStorage } from 'node:async_hooks';

/** The request, of those that are recorded for a collector, that code is run for. */
export type CurrentTrace<Context = unknown> = {
  readonly traceId: string;
  readonly spanId: string;
  /** What its spans hang on; the collector's affair. */
  readonly context: Context;
  /**
   * It was answered: what goes on behind it, such as a loop that it was the first to ask for, is
   * nothing of it any more.
   */
  isOver: boolean;
};

const current = new AsyncLocalStorage<CurrentTrace>();

/** Runs this for a recorded request. */
export const inTrace = <Result>(trace: CurrentTrace, work: () => Result): Result =>
  current.run(trace, work);

/** The recorded request of this moment. */
export function currentTrace(): CurrentTrace | undefined {
  const trace = current.getStore();
  return trace?.isOver === false ? trace : undefined;
}

/** How lines of the log name it. */
export function traceNow(): { trace_id?: string; span_id?: string } {
  const trace = currentTrace();
  return trace ? { trace_id: trace.traceId, span_id: trace.spanId } : {};
}
