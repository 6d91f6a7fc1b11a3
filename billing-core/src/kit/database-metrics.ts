import { Gauge, Histogram, type Registry } from 'prom-client';
import { POOL_CONNECTIONS, type Sql } from './database.ts';
import { operationOf, type Statement, watchStatements } from './statements.ts';

// The bounds OpenTelemetry advises for db.client.operation.duration.
const SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];
/** What statements are told apart by; whatever else they begin with is none of these. */
const OPERATIONS = new Set('SELECT INSERT UPDATE DELETE WITH BEGIN COMMIT ROLLBACK'.split(' '));
const SYSTEM = { db_system_name: 'postgresql' } as const;

/** Metrics of this process's way to PostgreSQL, by OpenTelemetry's names. */
export function measureDatabase(registry: Registry, sql: Sql): void {
  const underWay = new Set<Statement>();
  const duration = new Histogram({
    name: 'db_client_operation_duration_seconds',
    help: 'Duration of statements, the time for a connection among it',
    labelNames: ['db_system_name', 'db_operation_name'] as const,
    buckets: SECONDS,
    registers: [registry],
  });
  watchStatements(sql, (statement) => {
    const from = performance.now();
    underWay.add(statement);
    return () => {
      underWay.delete(statement);
      const asked = operationOf(statement);
      const db_operation_name = OPERATIONS.has(asked) ? asked : '_OTHER';
      const seconds = (performance.now() - from) / 1_000;
      duration.observe({ ...SYSTEM, db_operation_name }, seconds);
    };
  });
  const waiting: Gauge = new Gauge({
    name: 'db_client_connection_pending_requests',
    help: 'Statements that wait for a connection of the pool',
    registers: [registry],
    collect: () => waiting.set([...underWay].filter(({ state }) => state === null).length),
  });
  const max: Gauge = new Gauge({
    name: 'db_client_connection_max',
    help: 'Connections that the pool may have',
    registers: [registry],
    collect: () => max.set(POOL_CONNECTIONS),
  });
}
