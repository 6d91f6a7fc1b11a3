import type { Metric, MetricValueWithName, Registry } from 'prom-client';

// The bounds OpenTelemetry advises for http.server.request.duration.
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

type Labels = 'http_request_method' | 'http_response_status_code' | 'le';
type Value = MetricValueWithName<Labels>;

class Count {
  /** Of requests that took no longer than the bound, and longer than the one before. */
  readonly #within = SECONDS.map(() => 0);
  #all = 0;
  #sum = 0;

  add(seconds: number): void {
    this.#all += 1;
    this.#sum += seconds;
    for (let at = 0; at < SECONDS.length; at++) {
      if (seconds > (SECONDS[at] ?? 0)) continue;
      this.#within[at] = (this.#within[at] ?? 0) + 1;
      return;
    }
  }

  values(name: string, labels: Value['labels']): Value[] {
    let sum = 0;
    const buckets = SECONDS.map((le, at) => {
      sum += this.#within[at] ?? 0;
      return { value: sum, labels: { le, ...labels }, metricName: `${name}_bucket` };
    });
    return [
      ...buckets,
      { value: this.#all, labels: { le: '+Inf', ...labels }, metricName: `${name}_bucket` },
      { value: this.#sum, labels, metricName: `${name}_sum` },
      { value: this.#all, labels, metricName: `${name}_count` },
    ];
  }
}

/**
 * How long requests took, by method and status. A histogram that is added up here and read when it
 * is scraped: prom-client checks and joins the labels anew with each request.
 */
export class Durations {
  readonly name = 'http_server_request_duration_seconds';
  readonly help = 'Duration of requests, from their head to the last byte of the answer';
  readonly type = 'histogram';
  readonly aggregator = 'sum';
  readonly #counts = new Map<string, Map<number, Count>>();

  register(registry: Registry): void {
    registry.registerMetric(this as unknown as Metric);
  }

  add(method: string, status: number, seconds: number): void {
    const count = this.#counts.get(method)?.get(status) ?? this.#countOf(method, status);
    count.add(seconds);
  }

  #countOf(method: string, status: number): Count {
    const byStatus = this.#counts.get(method) ?? new Map<number, Count>();
    const count = new Count();
    byStatus.set(status, count);
    this.#counts.set(method, byStatus);
    return count;
  }

  /** What prom-client asks of a metric. */
  get(): Promise<Pick<Durations, 'name' | 'help' | 'type' | 'aggregator'> & { values: Value[] }> {
    const { name, help, type, aggregator } = this;
    const values: Value[] = [];
    for (const [method, byStatus] of this.#counts) {
      for (const [status, count] of byStatus) {
        const labels = { http_request_method: method, http_response_status_code: String(status) };
        values.push(...count.values(name, labels));
      }
    }
    return Promise.resolve({ name, help, type, aggregator, values });
  }
}
