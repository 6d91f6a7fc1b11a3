import { type PortName, readStartConfig, type StartConfig } from '../start/config.ts';

export type PartName = 'core-1' | 'core-2' | 'gateway-1' | 'gateway-2' | 'web';

/** Where a process takes requests, and where it says how it is; the portal has one for both. */
export interface Ports {
  port: number;
  privatePort: number;
}

export interface TopologyConfig extends StartConfig {
  parts: Record<PartName, Ports>;
  /** Release folders that somebody made; absent: they are made at the start. */
  releases: string | undefined;
}

export const VARIABLE = 'TOLLGATE_PARTS_PORTS';
const USUAL = '4030,4031,4032,4033,4034,4035,4036,4037,4038';
/** Ports that people and programs use, and that this topology has. */
export const OPEN: readonly PortName[] = ['portal', 'billingCore', 'gateway', 'upstream'];

/** Reads the environment of `npm run topology`. Throws naming what is wrong. */
export function readTopologyConfig(
  args: readonly string[],
  env: Record<string, string | undefined>,
): TopologyConfig {
  const config = readStartConfig(args, {
    ...env,
    TOLLGATE_DATA_DIR: env['TOLLGATE_DATA_DIR'] || '.tollgate/topology',
  });
  return {
    ...config,
    parts: readParts(env[VARIABLE] || USUAL),
    releases: env['TOLLGATE_RELEASES'] || undefined,
  };
}

function readParts(list: string): TopologyConfig['parts'] {
  const ports = list.split(',').map(Number);
  const right = (port: number): boolean => Number.isInteger(port) && port > 0 && port <= 65_535;
  if (ports.length !== 9 || !ports.every(right) || new Set(ports).size !== 9) {
    throw new Error(`${VARIABLE} is not nine different ports: ${list}`);
  }
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, web = 0] = ports;
  return {
    'core-1': { port: a, privatePort: b },
    'core-2': { port: c, privatePort: d },
    'gateway-1': { port: e, privatePort: f },
    'gateway-2': { port: g, privatePort: h },
    web: { port: web, privatePort: web },
  };
}
