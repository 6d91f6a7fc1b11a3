import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';

export type PrivateOf = {
  readonly registry: Registry;
  /** Why the gateway should get no traffic; undefined when it should. */
  readonly notReady: () => string | undefined;
};

function text(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${body}\n`);
}

/** The private port: liveness, readiness and metrics; never published. */
export function openPrivateServer({ registry, notReady }: PrivateOf): Server {
  return createServer((request, response) => {
    const path = request.url?.split('?')[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') text(response, 405, 'GET only');
    else if (path === '/livez') text(response, 200, 'live');
    else if (path === '/readyz') {
      const reason = notReady();
      text(response, reason === undefined ? 200 : 503, reason ?? 'ready');
    } else if (path === '/metrics') {
      registry.metrics().then(
        (metrics) => {
          response.writeHead(200, { 'content-type': registry.contentType });
          response.end(metrics);
        },
        () => text(response, 500, 'the metrics could not be read'),
      );
    } else text(response, 404, 'nothing here');
  });
}
