import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Outcome } from '@tollgate/billing-core/contract/facts.ts';
import { GOING_AWAY, POLICY_VIOLATION } from '../core/frame-scan.ts';
import { type RawHeaders, toClient } from '../core/headers.ts';
import { outcomeOf } from '../core/meter.ts';
import type { RefusalReason } from '../core/refusal.ts';
import { type Allowance, allowanceOf, allowedIn, UNLIMITED } from '../core/span.ts';
import type { ForwardPlan, Progress, Settlement } from '../ports.ts';
import type { Course } from './course.ts';
import type { NodeExchange } from './exchange.ts';
import type { Handover } from './handover.ts';
import type { HeldRequest, Holder } from './held-request.ts';
import { Patience, type Waiting } from './patience.ts';
import { Tunnel, type TunnelWatch } from './tunnel.ts';

const SWITCHING = 101;
const OUTCOME = outcomeOf(SWITCHING);

/** Whether an upstream's 101 is about what it was asked for. */
export function switches(raw: RawHeaders): boolean {
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (raw[i]?.toLowerCase() === 'upgrade') return raw[i + 1]?.toLowerCase() === 'websocket';
  }
  return false;
}

export type ConversationOf = {
  /** What is recorded of it; a public route records nothing. */
  readonly held: HeldRequest | undefined;
  readonly handover: Handover;
  /** The fields of the upstream's 101. */
  readonly raw: RawHeaders;
  readonly upstream: Duplex;
};

/**
 * An admitted request that goes on as a WebSocket. What passes is recorded span by span; each
 * span is admitted anew, so a key that is revoked, or a quota that is used up, ends it.
 */
export class Conversation implements Course, Holder, TunnelWatch, Waiting {
  readonly #exchange: NodeExchange;
  readonly #plan: ForwardPlan;
  readonly #of: ConversationOf;
  readonly #patience: Patience;
  readonly #tunnel: Tunnel;
  /** What is set aside for the client in each span: no more may pass. */
  readonly #each: Allowance;
  #settled = false;
  #left = false;

  constructor(exchange: NodeExchange, plan: ForwardPlan, of: ConversationOf) {
    this.#exchange = exchange;
    this.#plan = plan;
    this.#of = of;
    this.#each = of.held ? allowanceOf(plan.route.fact) : UNLIMITED;
    this.#patience = new Patience(plan.route.fact, this);
    this.#tunnel = new Tunnel(of.handover.socket, of.upstream, this);
  }

  begin(): void {
    const { handover, held, raw } = this.#of;
    held?.passTo(this);
    this.#exchange.switched(SWITCHING);
    handover.socket.write(this.#head(raw), 'latin1');
    this.#patience.start();
    this.#patience.answered(true);
    this.#tunnel.open(handover);
    held?.lasts();
  }

  #head(raw: RawHeaders): string {
    const { limits, route } = this.#plan;
    const ours = { fields: this.#exchange.ours(limits), edit: route.toClient };
    const { headers } = toClient(raw, SWITCHING, ours);
    headers.push('Upgrade', 'websocket', 'Connection', 'Upgrade');
    let head = `HTTP/1.1 ${SWITCHING} ${STATUS_CODES[SWITCHING]}\r\n`;
    for (let i = 0; i + 1 < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`;
    return `${head}\r\n`;
  }

  progressed(): void {
    this.#patience.progressed();
  }

  /** What may pass of the client in all until the next span is admitted. */
  allowance(): Allowance {
    return allowedIn(this.#each, this.#of.held?.granted);
  }

  usedUp(): void {
    // Not within the bytes at hand: a route may allow so little that they hold many spans.
    setImmediate(() => this.#of.held?.checkpoint());
  }

  wentOn(): void {
    this.#tunnel.replenished();
  }

  upstreamLeft(lost: boolean): void {
    if (!this.#settled) this.#settle(lost ? 'upstream_error' : OUTCOME);
  }

  clientLeft(): void {
    this.#left = true;
    if (!this.#settled) this.#settle(OUTCOME);
  }

  malformed(): void {
    // No parser looks at what passes.
  }

  goAway(): void {
    this.#end(GOING_AWAY, 'the gateway stops');
  }

  abandon(): void {
    this.#end(GOING_AWAY, 'the gateway stops');
  }

  mayNotGoOn(reason: RefusalReason): void {
    if (this.#settled) return;
    this.#exchange.host.telemetry.refused(reason);
    this.#end(POLICY_VIOLATION, reason);
  }

  awaitsClient(): boolean {
    return false;
  }

  /** Silent for too long; the other end may be gone without a word. */
  upstreamLate(): void {
    this.#end(GOING_AWAY, 'silent for too long');
  }

  clientLate(): void {
    this.upstreamLate();
  }

  timeUp(): void {
    this.#end(GOING_AWAY, 'its time is up');
  }

  crashed(error: unknown): void {
    const { host, names } = this.#exchange;
    host.log.error({ err: error, ...names }, 'a WebSocket crashed');
    this.#end(GOING_AWAY, 'something went wrong');
  }

  progress(): Progress | null {
    return this.#settled ? null : { ...this.#settlement(OUTCOME), uploaded: false };
  }

  #end(code: number, reason: string): void {
    if (this.#settled) return;
    this.#tunnel.farewell(code, reason);
    this.#settle(OUTCOME);
  }

  #settlement(outcome: Outcome): Settlement {
    const { fromClient, fromUpstream } = this.#tunnel;
    return {
      outcome,
      status: SWITCHING,
      requestBytes: fromClient.bytes,
      responseBytes: fromUpstream.bytes,
      requestMessages: fromClient.messages,
      responseMessages: fromUpstream.messages,
    };
  }

  #settle(outcome: Outcome): void {
    this.#settled = true;
    this.#patience.stop();
    this.#tunnel.leaveUpstream();
    const settlement = this.#settlement(outcome);
    const { held } = this.#of;
    const release = (used = settlement): void => {
      if (!this.#left) this.#tunnel.hangUp();
      this.#exchange.leave(settlement, held && { held, used });
    };
    if (held) held.settle(settlement, true, release);
    else release();
  }
}
