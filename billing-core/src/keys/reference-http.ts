import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { apiReference, type ApiReference } from '../contract/api-document.ts';
import { id } from '../contract/field.ts';
import { featuresLacked } from '../contract/objection.ts';
import type { Query } from '../kit/database.ts';
import { api, json, PROBLEMS, type Api } from '../kit/http.ts';
import { documentRow } from '../routes/document-store.ts';
import { referencedBy, Servers, type Addresses } from '../routes/reference.ts';
import { activeRows } from '../routes/store.ts';
import { heldBy } from '../subscriptions/store.ts';

const get = createRoute({
  method: 'get',
  path: '/api-reference',
  tags: ['Portal'],
  summary: 'Get the API that you may call',
  description: 'Operations of routes whose features your plan and add-ons have.',
  request: { params: z.object({ customer_id: id('cus') }) },
  responses: { 200: json(apiReference), ...PROBLEMS },
});

/** What a customer with these features may call of the document. */
async function referenceFor(
  sql: Query,
  features: string[],
  addresses: Addresses,
): Promise<ApiReference> {
  const { gatewayUrl } = addresses;
  const row = await documentRow(sql);
  if (row === undefined) return { document: null, operations: [], gateway_url: gatewayUrl };
  const { title, version, description, operations } = row.reference;
  const servers = new Servers(await activeRows(sql), addresses);
  const shown = operations.flatMap((operation) => {
    const served = servers.of(operation);
    if (served === undefined) return [];
    if (featuresLacked({ features }, served.route.definition).length > 0) return [];
    return [referencedBy(operation, served, addresses)];
  });
  return { document: { title, version, description }, operations: shown, gateway_url: gatewayUrl };
}

/** Under /portal/v1/customers/{customer_id}: what the API behind the gateway can be asked. */
export function portalReferenceHttp(addresses: Addresses): OpenAPIHono<Api> {
  const app = api();
  app.openapi(get, async (c) => {
    const { query, now, customer } = c.var;
    const held = await heldBy(query, customer.id, now);
    return c.json(await referenceFor(query, held?.features ?? [], addresses), 200);
  });
  return app;
}
