import type { ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startOn } from './pinned.ts';

export type Nginx = {
  child: ChildProcess;
  /** The process that serves; the one that was started only watches it. */
  worker(): number;
};

const BODY = '{"city":"Berlin","temperature_celsius":12,"sky":"clear","wind_km_per_hour":14}';

const settings = (folder: string, user: string, server: string): string => `
daemon off; ${user} worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log crit;
events { worker_connections 4096; }
http {
  access_log off; keepalive_requests 100000000; keepalive_timeout 300s;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  ${server}
}`;

type Place = { folder: string; port: number; core: number };

async function start({ folder, core }: Place, server: string): Promise<Nginx> {
  mkdirSync(folder, { recursive: true });
  const isRoot = process.getuid?.() === 0;
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, settings(folder, isRoot ? 'user root;' : '', server));
  const args = ['-c', file, '-p', folder, '-e', join(folder, 'error.log')];
  const child = startOn('nginx', { core, args });
  const worker = (): number => {
    const { pid } = child;
    const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return Number(list.trim().split(' ')[0]);
  };
  for (let tries = 0; tries < 100 && child.exitCode === null; tries++) {
    await pause(20);
    if (worker() > 0) return { child, worker };
  }
  throw new Error(`nginx did not start: ${readFileSync(join(folder, 'error.log'), 'utf8')}`);
}

/** An upstream that answers everything at once with some JSON. */
export const startUpstream = (place: Place): Promise<Nginx> =>
  start(
    place,
    `server { listen 127.0.0.1:${place.port} reuseport; default_type application/json;
       location / { return 200 '${BODY}'; } }`,
  );

/** nginx as a bare proxy with kept connections: as little as a proxy can do. */
export const startProxy = (place: Place, upstream: string): Promise<Nginx> =>
  start(
    place,
    `upstream api { server ${new URL(upstream).host}; keepalive 256;
                    keepalive_requests 100000000; }
     server { listen 127.0.0.1:${place.port} reuseport;
       location / { proxy_pass http://api; proxy_http_version 1.1;
                    proxy_set_header Connection ""; } }`,
  );
