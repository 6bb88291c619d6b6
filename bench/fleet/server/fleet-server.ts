import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { CALL_HEADER, chargeOf, type PlannedCall, usedTokensOf } from '../call-plan.ts';
import type { Quota } from '../limits/quota.ts';
import { hash } from '../random.ts';
import type { AttemptRecord } from '../records.ts';
import type { ScaledTime } from '../scaled-time.ts';
import { faultAt, firstTokenMsAt, type Misbehaviour, type ServerPlan } from '../scenario.ts';
import { jsonAnswer, sendError, streamEvents } from './completion.ts';

/** A server remembers a conversation for so long. */
const CACHE_MS = 300_000;
/** What it takes a server that is down, or turns a request away, to say so. */
const REFUSAL_MS = 20;

/** What all deployments of a fleet share. */
export interface FleetState {
  readonly time: () => ScaledTime;
  readonly calls: readonly PlannedCall[];
  readonly seed: number;
  readonly attempts: AttemptRecord[];
}

/** One deployment, on a port of its own. */
export class FleetServer {
  readonly #plan: ServerPlan;
  readonly #index: number;
  readonly #state: FleetState;
  readonly #quota: Quota;
  readonly #server: Server;
  readonly #seenKeys = new Map<string, number>();
  readonly #timesAsked = new Map<number, number>();

  constructor(plan: ServerPlan, index: number, quota: Quota, state: FleetState) {
    this.#plan = plan;
    this.#index = index;
    this.#state = state;
    this.#quota = quota;
    this.#server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
      void this.#receive(incoming, outgoing);
    });
  }

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  async #receive(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    try {
      for await (const piece of incoming) pieces.push(piece as Buffer);
    } catch {
      return; // The client left before its request was whole.
    }
    const call = this.#state.calls[Number(incoming.headers[CALL_HEADER])];
    if (call === undefined) {
      sendError(outgoing, 404, { message: `No call ${CALL_HEADER}.`, type: 'invalid_request_error', code: null });
      return;
    }
    const body = JSON.parse(Buffer.concat(pieces).toString()) as { stream?: boolean; prompt_cache_key?: string };
    this.#answer(call, body, outgoing);
  }

  #answer(call: PlannedCall, body: { stream?: boolean; prompt_cache_key?: string }, outgoing: ServerResponse): void {
    const time = this.#state.time();
    const at = time.now();
    const attempt: AttemptRecord = {
      callId: call.id,
      server: this.#index,
      atMs: at,
      outcome: 'closed',
      isCacheHit: false,
    };
    this.#state.attempts.push(attempt);
    const dead = faultAt(this.#plan, 'dead', at);
    if (dead !== undefined) {
      attempt.outcome = 'dead';
      const refuse = (): void =>
        dead.how === 'reset'
          ? void outgoing.socket?.resetAndDestroy()
          : sendError(outgoing, 503, { message: 'The service is down.', type: 'server_error', code: null });
      time.after(REFUSAL_MS, refuse);
      return;
    }
    if (faultAt(this.#plan, 'silent', at) !== undefined) {
      attempt.outcome = 'silent';
      return;
    }
    if (call.isBad) {
      attempt.outcome = 'bad-request';
      sendError(outgoing, 400, { message: 'Invalid value.', type: 'invalid_request_error', code: 'invalid_value' });
      return;
    }
    const charge = chargeOf(call);
    if (this.#quota.availableAt(at, charge) > at) {
      attempt.outcome = 'rate-limited';
      const headers = { ...this.#quotaHeaders(at), ...this.#quota.rejectionHeaders(at, charge) };
      this.#quota.reject(at);
      time.after(REFUSAL_MS, () =>
        sendError(
          outgoing,
          429,
          { message: 'Rate limit reached.', type: 'requests', code: 'rate_limit_exceeded' },
          headers,
        ),
      );
      return;
    }
    this.#quota.admit(at, charge);
    attempt.isCacheHit = this.#remember(body.prompt_cache_key, at);
    const wrong = this.#misbehaviour(call);
    const complete = (): void => {
      attempt.outcome = wrong ?? 'answered';
      this.#quota.settle(time.now(), charge, usedTokensOf(call));
    };
    const wire = { time, outgoing, headers: this.#quotaHeaders(at), wrong, complete };
    const firstTokenMs = firstTokenMsAt(this.#plan, call, at);
    if (body.stream === true) this.#stream(call, firstTokenMs, wire);
    else this.#whole(call, firstTokenMs, wire);
  }

  #quotaHeaders(at: number): Readonly<Record<string, string>> {
    return this.#plan.isSilentOnQuota === true ? {} : this.#quota.headers(at);
  }

  #whole(call: PlannedCall, firstTokenMs: number, { time, outgoing, headers, wrong, complete }: Wire): void {
    const timer = time.after(firstTokenMs + call.outputMs, () => {
      complete();
      if (wrong === 'status-500') sendServerError(outgoing);
      else if (wrong === 'malformed') outgoing.writeHead(200, { 'content-type': 'text/html' }).end('<html>Bad gateway');
      else if (wrong !== undefined) outgoing.socket?.resetAndDestroy();
      else outgoing.writeHead(200, { 'content-type': 'application/json', ...headers }).end(jsonAnswer(call));
    });
    outgoing.once('close', () => clearTimeout(timer));
  }

  #stream(call: PlannedCall, firstTokenMs: number, { time, outgoing, headers, wrong, complete }: Wire): void {
    const { opening, pieces, closing } = streamEvents(call);
    let timer: NodeJS.Timeout;
    outgoing.once('close', () => clearTimeout(timer));
    const startedAt = time.now();
    const send = (piece: number): void => {
      if (piece === pieces.length) {
        complete();
        outgoing.end(closing);
        return;
      }
      outgoing.write(pieces[piece]!);
      if (wrong === 'cut-after-content' && piece === 2) {
        complete();
        // The end of the body without the end of the answer: a proxy that gave up looks like this.
        outgoing.end();
        return;
      }
      const nextMs = firstTokenMs + ((piece + 1) * call.outputMs) / pieces.length;
      timer = time.after(startedAt + nextMs - time.now(), () => send(piece + 1));
    };
    timer = time.after(firstTokenMs, () => {
      const isBroken = wrong !== undefined && wrong !== 'cut-after-content';
      if (isBroken) complete();
      if (wrong === 'status-500') return sendServerError(outgoing);
      if (wrong === 'reset') return void outgoing.socket?.resetAndDestroy();
      outgoing.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
      outgoing.write(opening);
      if (wrong === 'malformed') outgoing.end('data: {"id":"chatcmpl-x","choices":[{"ind\n\n');
      else if (wrong === 'cut-before-content') outgoing.end();
      else send(0);
    });
  }

  /** Whether the conversation was here lately. */
  #remember(key: string | undefined, at: number): boolean {
    if (key === undefined) return false;
    const seenAt = this.#seenKeys.get(key);
    this.#seenKeys.set(key, at);
    return seenAt !== undefined && at - seenAt < CACHE_MS;
  }

  /** Drawn for each time that a call asks here, so that it does not depend on what else goes on. */
  #misbehaviour(call: PlannedCall): Misbehaviour | undefined {
    const flaky = this.#plan.faults?.find((fault) => fault.kind === 'flaky');
    if (flaky === undefined) return undefined;
    const timesAsked = (this.#timesAsked.get(call.id) ?? 0) + 1;
    this.#timesAsked.set(call.id, timesAsked);
    let drawn = hash(`${this.#state.seed}/${call.id}/${this.#index}/${timesAsked}`) / 4_294_967_296;
    for (const [misbehaviour, share] of Object.entries(flaky.shares)) {
      if (drawn < share) return misbehaviour as Misbehaviour;
      drawn -= share;
    }
    return undefined;
  }
}

/** What it takes to answer one request. */
interface Wire {
  readonly time: ScaledTime;
  readonly outgoing: ServerResponse;
  readonly headers: Readonly<Record<string, string>>;
  readonly wrong: Misbehaviour | undefined;
  /** The answer, or what there is of it, has been given. */
  readonly complete: () => void;
}

const sendServerError = (outgoing: ServerResponse): void =>
  sendError(outgoing, 500, { message: 'Something went wrong.', type: 'server_error', code: null });
