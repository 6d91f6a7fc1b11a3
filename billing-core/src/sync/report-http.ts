import { Hono } from 'hono';
import { gatewayReport } from '../contract/gateway-report.ts';
import { Fault } from '../kit/fault.ts';
import type { Api, Kit } from '../kit/http.ts';
import { saveReport } from '../usage/reports.ts';

/** POST /internal/v1/report: how a gateway does, beside its syncs. */
export function reportHttp({ sql }: Pick<Kit, 'sql'>): Hono<Api> {
  const app = new Hono<Api>();
  app.post('/report', async (c) => {
    let body: unknown;
    try {
      body = await c.req.json();
    } catch {
      throw new Fault('malformed_json');
    }
    const report = gatewayReport.safeParse(body);
    if (!report.success) {
      const errors = report.error.issues.map(({ path, message }) => ({
        path: path.join('.'),
        message,
      }));
      throw new Fault('invalid_request', { errors });
    }
    await saveReport(sql, report.data);
    return c.body(null, 204);
  });
  return app;
}
