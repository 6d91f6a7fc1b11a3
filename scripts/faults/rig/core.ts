import { Part, programOf } from './part.ts';
import type { Mechanism } from './taken-out.ts';

export type CoreOf = {
  databaseUrl: string;
  port: number;
  privatePort: number;
  /** What is put before the command, such as a program that fakes its clock. */
  wrap?: readonly string[];
  without?: Mechanism;
  /** Settings beside those that each core needs. */
  env?: Record<string, string>;
};

/** A billing-core process. */
export function corePart(of: CoreOf): Part {
  const { databaseUrl, port, privatePort } = of;
  const { env, ...program } = programOf('billing-core/src/main.ts', of);
  return new Part({
    name: 'billing-core',
    ...program,
    readyUrl: `http://127.0.0.1:${privatePort}/readyz`,
    env: {
      DATABASE_URL: databaseUrl,
      PORT: `${port}`,
      PRIVATE_PORT: `${privatePort}`,
      PUBLIC_URL: 'http://portal.test',
      GATEWAY_PUBLIC_URL: 'http://gateway.test',
      AUTH_SECRET: 'a secret of the tests, long enough',
      LOG_LEVEL: 'warn',
      ...env,
      ...of.env,
    },
  });
}
