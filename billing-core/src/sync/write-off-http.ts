import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { audit } from '../kit/audit.ts';
import { Fault, found } from '../kit/fault.ts';
import { api, json, PROBLEMS, type Api } from '../kit/http.ts';
import { settleLeases } from '../quotas/store.ts';
import { isOfBefore } from '../usage/recovery.ts';
import { endBoot, findBoot } from '../usage/store.ts';

const name = z.string().regex(/^[\w.:-]{1,100}$/);
const ended = z
  .object({ gateway: z.string(), boot: z.string(), state: z.literal('written_off') })
  .meta({ id: 'WrittenOffBoot' });

const writeOff = createRoute({
  method: 'post',
  path: '/gateways/{gateway}/boots/{boot}/write-off',
  tags: ['Usage'],
  summary: 'Write off a boot whose spool is lost',
  description:
    'Nothing waits for this boot any more. Units it held stay used until their windows end; ' +
    'batches that turn up after all are recorded as late.',
  request: { params: z.object({ gateway: name, boot: name }) },
  responses: { 200: json(ended), ...PROBLEMS },
});

/** /v1/gateways/…/write-off: for a disk that will not come back. */
export function writeOffHttp(): OpenAPIHono<Api> {
  const app = api();
  app.openapi(writeOff, async (c) => {
    const { tx, actor, now, requestId } = c.var;
    const { gateway, boot } = c.req.valid('param');
    const row = found(await findBoot(tx, gateway, boot), 'boot');
    if (row.state !== 'live') {
      throw new Fault('state_conflict', { detail: `This boot is ${row.state} already` });
    }
    // What it spent counts, also what a restored database had not lent; nothing comes back.
    const forgotten = await isOfBefore(tx, { gateway, boot });
    await settleLeases(tx, { gateway, boot }, { giveBack: false, forgotten });
    await endBoot(tx, row, { state: 'written_off', inDoubt: 0 });
    const detail = { gateway, boot };
    await audit(tx, { actor, action: 'boot.write_off', subjectId: boot, now, requestId, detail });
    return c.json({ gateway, boot, state: 'written_off' } as const, 200);
  });
  return app;
}
