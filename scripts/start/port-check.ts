import { createServer } from 'node:net';
import { type PortName, portVariable } from './config.ts';

/** Throws naming the port and its variable when somebody listens on one of them. */
export async function assertFree(ports: Partial<Record<PortName, number>>): Promise<void> {
  for (const [name, port] of Object.entries(ports) as [PortName, number][]) {
    // A browser asks for localhost, which is ::1 first: a stranger there would get our visitors.
    if ((await isFree(port, '127.0.0.1')) && (await isFree(port, '::1'))) continue;
    throw new Error(`Port ${port} is taken. Free it, or set ${portVariable(name)} to another one.`);
  }
}

async function isFree(port: number, host: string): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE') return resolve(false);
    // No IPv6 here: then nobody can listen there either.
    if (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT') return resolve(true);
    reject(new Error(`Port ${port} can't be used: ${error.message}`));
  });
  server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  return promise;
}
