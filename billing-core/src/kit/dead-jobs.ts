import type { FailedJob, JobKind } from '../contract/job.ts';
import type { Page, PageQuery } from '../contract/page.ts';
import type { Query, Tx } from './database.ts';
import { afterCursor, pageFrom } from './page.ts';

type JobData = { readonly [field: string]: string };

/** The queue of jobs that failed after all their tries; nobody works on it. */
export const DEAD_LETTERS = 'dead_letters';
/** pg-boss has queues of its own, which are nobody's business. */
const INTERNAL = '\\_\\_pgboss\\_\\_%';

type KindRow = Omit<JobKind, 'last_completed_at'> & { last_completed_at: Date | null };

/** Every kind of job: what waits, runs and failed of it. */
export async function jobKinds(sql: Query): Promise<JobKind[]> {
  const rows = await sql<KindRow[]>`
    select queue.name, max(schedule.cron) as cron,
           count(*) filter (where job.state in ('created', 'retry'))::int as waiting,
           count(*) filter (where job.state = 'active')::int as running,
           (select count(*) from pgboss.job dead
             where dead.name = ${DEAD_LETTERS} and dead.source_name = queue.name)::int as failed,
           max(job.completed_on) filter (where job.state = 'completed') as last_completed_at
      from pgboss.queue
      left join pgboss.schedule on schedule.name = queue.name
      left join pgboss.job on job.name = queue.name
     where queue.name <> ${DEAD_LETTERS} and queue.name not like ${INTERNAL}
     group by queue.name order by queue.name`;
  return rows.map((row) => ({
    ...row,
    last_completed_at: row.last_completed_at?.toISOString() ?? null,
  }));
}

type JobsNow = Pick<JobKind, 'name' | 'waiting' | 'running' | 'failed'>;

/** What waits, runs and failed of every kind of job, without a look at all that is done. */
export async function jobsNow(sql: Query): Promise<JobsNow[]> {
  return sql<JobsNow[]>`
    select queue.name, coalesce(open.waiting, 0)::int as waiting,
           coalesce(open.running, 0)::int as running, coalesce(dead.failed, 0)::int as failed
      from pgboss.queue
      left join (select name, count(*) filter (where state < 'active') as waiting,
                        count(*) filter (where state = 'active') as running
                   from pgboss.job where state < 'completed' group by name) open using (name)
      left join (select source_name as name, count(*) as failed
                   from pgboss.job where name = ${DEAD_LETTERS} group by 1) dead using (name)
     where queue.name <> ${DEAD_LETTERS} and queue.name not like ${INTERNAL}
     order by queue.name`;
}

type FailedRow = Omit<FailedJob, 'failed_at'> & { failed_at: Date; micros: bigint };

const PLACE = /^\d{1,18}\.[0-9a-f-]{36}$/;

/** Failed jobs, the newest first. */
export async function listFailed(sql: Query, page: PageQuery): Promise<Page<FailedJob>> {
  const [micros, id] = afterCursor(page, PLACE)?.split('.') ?? [];
  const rows = await sql<FailedRow[]>`
    select * from (
      select id, source_name as name, coalesce(data, '{}') as data,
             coalesce(source_output ->> 'message', source_output #>> '{value,message}',
                      'unknown') as reason,
             coalesce(source_retry_count, 0) + 1 as tries, created_on as failed_at,
             (extract(epoch from created_on) * 1000000)::bigint as micros
        from pgboss.job where name = ${DEAD_LETTERS}) failed
     where ${micros && id ? sql`(micros, id) < (${micros}::bigint, ${id}::uuid)` : sql`true`}
     order by micros desc, id desc limit ${page.limit + 1}`;
  const key = (row: FailedRow): string => `${row.micros}.${row.id}`;
  const item = ({ micros: _, ...row }: FailedRow): FailedJob => ({
    ...row,
    failed_at: row.failed_at.toISOString(),
  });
  return pageFrom(rows, { limit: page.limit, key, item });
}

/** The kind of this failed job, which stays as it is until the transaction ends. */
export async function lockFailed(tx: Tx, id: string): Promise<string | undefined> {
  const [row] = await tx<{ name: string }[]>`
    select source_name as name from pgboss.job
     where name = ${DEAD_LETTERS} and id = ${id}::uuid for update`;
  return row?.name;
}

/** Failed jobs of this kind with these data: somebody has decided about what they are about. */
export async function deadOf(sql: Query, name: string, data: JobData): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id from pgboss.job
     where name = ${DEAD_LETTERS} and source_name = ${name} and data = ${sql.json(data)}`;
  return rows.map(({ id }) => id);
}
