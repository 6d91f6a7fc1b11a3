import { BlockList } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { Load } from '../src/node/load.ts';
import { head, type RawClient, useRigs } from './raw-client.ts';
import { type Rig, WAIT } from './rig.ts';

const { rigOf, clientOf } = useRigs();

describe('a limit on requests under way', () => {
  it('one too many is told to come again, and changes nothing for the others', async () => {
    const answers: (() => void)[] = [];
    const rig = await rigOf({
      load: { requestsMax: 2 },
      upstream: (_request, response) => answers.push(() => response.end('served')),
    });
    const served = [clientOf(rig), clientOf(rig)];
    for (const client of served) client.send(head('GET /'));
    await vi.waitFor(() => expect(answers).toHaveLength(2), WAIT);
    const turned = clientOf(rig).send(head('GET /'));
    const text = await turned.until(/"code":"overloaded"/);
    expect(text).toMatch(/^HTTP\/1\.1 503 [^]*\r\nRetry-After: 1\r\n/);
    for (const answer of answers.splice(0)) answer();
    for (const client of served) await client.until(/served/);
    expect(rig.metering.begun).toHaveLength(2);
    // There is room again, also for the one that was turned away.
    turned.send(head('GET /'));
    await vi.waitFor(() => expect(answers).toHaveLength(1), WAIT);
    answers[0]?.();
    await turned.until(/served/);
  });
});

describe('a limit on how late the event loop may be', () => {
  const loadOf = (lateMs: number[], random: () => number): Load => {
    let now = 0;
    const load = new Load({ requestsMax: 9, delayMaxMs: 100, random, now: () => now });
    load.start();
    load.stop();
    for (const late of lateMs) {
      now += 25 + late;
      load.tick();
    }
    return load;
  };
  const steady = (late: number): number[] => Array.from({ length: 50 }, () => late);

  it('nothing is turned away below it, or for one long pause', () => {
    expect(loadOf(steady(90), () => 0).sheds(1)).toBe(false);
    expect(loadOf([...steady(0), 450], () => 0).sheds(1)).toBe(false);
  });

  it('above it the later the more, and never all', () => {
    const share = (late: number): number => {
      const load = loadOf(steady(late), () => at);
      let at = 0;
      while (at < 1 && load.sheds(1)) at += 0.01;
      return at;
    };
    expect(share(110)).toBeCloseTo(0.1, 1);
    expect(share(150)).toBeCloseTo(0.5, 1);
    expect(share(5_000)).toBeCloseTo(0.95, 1);
  });

  it('serves all again when it is over', () => {
    expect(loadOf([...steady(400), ...steady(0)], () => 0).sheds(1)).toBe(false);
  });

  it('a process that is busy with something else says so', async () => {
    const rig = await rigOf({ load: { delayMaxMs: 20 } });
    rig.host.load.start();
    const until = performance.now() + 400;
    await new Promise<void>((done) => {
      const grind = (): void => {
        const pause = performance.now() + 80;
        while (performance.now() < pause);
        if (performance.now() < until) setTimeout(grind);
        else done();
      };
      grind();
    });
    const text = await clientOf(rig)
      .send(head('GET /'))
      .until(/"code"|hello/);
    expect(text).toMatch(/^HTTP\/1\.1 503 [^]*"code":"overloaded"/);
    await vi.waitFor(() => expect(rig.host.load.delayMs).toBeLessThan(20), WAIT);
    await clientOf(rig).send(head('GET /')).until(/hello/);
    rig.host.load.stop();
  });
});

describe('a limit on connections', () => {
  const three = async (rig: Rig): Promise<RawClient[]> => {
    const clients = [clientOf(rig), clientOf(rig)];
    for (const client of clients) await client.send(head('GET /')).until(/hello/);
    return [...clients, clientOf(rig)];
  };

  it('a client with too many gets 429 on the next, and keeps those it has', async () => {
    const rig = await rigOf({ connections: { perClientMax: 2 } });
    const [first, , third] = await three(rig);
    const text = await third!.send(head('GET /')).untilClosed();
    expect(text).toMatch(/^HTTP\/1\.1 429 [^]*\r\nRetry-After: 1\r\n[^]*connections_too_many/);
    expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
    await first!.send(head('GET /')).until(/(hello[^]*){2}/);
    expect(rig.metering.begun).toHaveLength(3);
    first!.close();
    await vi.waitFor(() => expect(rig.host.connectionLimit.open).toBe(1), WAIT);
    await clientOf(rig).send(head('GET /')).until(/hello/);
  });

  it('a client with too many is told of once, for it may be a load balancer', async () => {
    const many: string[] = [];
    const onMany = (address: string): void => void many.push(address);
    const rig = await rigOf({ connections: { perClientMax: 2, onMany } });
    const clients = await three(rig);
    await clients.at(-1)!.untilClosed();
    await clientOf(rig).untilClosed();
    expect(many).toEqual(['127.0.0.1']);
    for (const client of clients) client.close();
    await vi.waitFor(() => expect(rig.host.connectionLimit.open).toBe(0), WAIT);
    await (await three(rig)).at(-1)!.untilClosed();
    expect(many).toHaveLength(2);
  });

  it('all together have one too, which is answered as overload', async () => {
    const rig = await rigOf({ connections: { max: 2 } });
    const [, , third] = await three(rig);
    expect(await third!.untilClosed()).toMatch(/^HTTP\/1\.1 503 [^]*overloaded/);
  });

  it('a trusted proxy speaks for many clients', async () => {
    const proxies = new BlockList();
    proxies.addAddress('127.0.0.1');
    const rig = await rigOf({ connections: { perClientMax: 2, proxies } });
    const [, , third] = await three(rig);
    expect(await third!.send(head('GET /')).until(/hello/)).toMatch(/^HTTP\/1\.1 200/);
  });
});
