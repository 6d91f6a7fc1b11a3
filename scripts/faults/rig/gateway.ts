import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Part, programOf } from './part.ts';
import type { Mechanism } from './taken-out.ts';
import type { Wire } from './wire.ts';

export type GatewayOf = {
  at: number;
  ports: { port: number; privatePort: number };
  wire: Wire;
  token: string;
  spool: string;
  env?: Record<string, string>;
  /** What is put before the command, such as a program that fakes its clock. */
  wrap?: readonly string[];
  without?: Mechanism;
};

/** A gateway process with its spool and its wire to billing-core. */
export class Gateway {
  readonly at: number;
  readonly part: Part;
  readonly wire: Wire;
  readonly spool: string;
  readonly url: string;
  readonly privateUrl: string;

  constructor(of: GatewayOf) {
    const { at, ports, wire, token, spool } = of;
    this.at = at;
    this.wire = wire;
    this.spool = spool;
    this.url = `http://127.0.0.1:${ports.port}`;
    this.privateUrl = `http://127.0.0.1:${ports.privatePort}`;
    const { env, ...program } = programOf('gateway/src/node/main.ts', of);
    this.part = new Part({
      name: `gateway ${at}`,
      ...program,
      readyUrl: `${this.privateUrl}/readyz`,
      env: {
        PORT: `${ports.port}`,
        PRIVATE_PORT: `${ports.privatePort}`,
        BILLING_CORE_URL: `http://127.0.0.1:${wire.port}`,
        GATEWAY_TOKEN: token,
        SPOOL_DIR: spool,
        UPSTREAM_ALLOW: '127.0.0.0/8',
        LOG_LEVEL: 'warn',
        ...env,
        ...of.env,
      },
    });
  }

  /** Whether it hears of changes at once. */
  async isFollowing(): Promise<boolean> {
    const answer = await fetch(`${this.privateUrl}/metrics`).catch(() => undefined);
    return /^gateway_changes_following 1$/m.test((await answer?.text()) ?? '');
  }

  /** Its id in billing-core, which it minted into its spool. */
  get id(): string {
    const identity: { gateway: string } = JSON.parse(
      readFileSync(join(this.spool, 'spool.json'), 'utf8'),
    );
    return identity.gateway;
  }

  /** Folders of boots that have not ended; the running process has one of them. */
  get openBoots(): string[] {
    const boots = join(this.spool, 'boots');
    return readdirSync(boots).filter((boot) => !readdirSync(join(boots, boot)).includes('ended'));
  }
}
