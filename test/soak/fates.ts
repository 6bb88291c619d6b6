import {
  answer,
  hang,
  html,
  interrupted,
  rateLimited,
  reset,
  status,
  type Behaviour,
  type Interruption,
  type Position,
} from '../support/behaviour.ts';
import type { ReceivedRequest } from '../support/received-request.ts';
import { answerTo, orderIn, toolResultOf, type Order } from './content.ts';
import { below, drawn, type Random } from './random.ts';

type Fate = (random: Random, order: Order | undefined, request: ReceivedRequest) => Behaviour;

const body = (text: string): Behaviour => ({ kind: 'body', contentType: 'application/json', body: text });

const good: Fate = (_, order, { json, operation }) => {
  if (order === undefined) return answer();
  const asksForTool = Array.isArray(json['tools']) && json['tools'].length > 0 && operation !== 'completions';
  if (asksForTool && !JSON.stringify(json).includes(toolResultOf(order))) {
    return answer({ toolCalls: [{ name: 'weather', arguments: { city: `call ${order.id}` } }] });
  }
  return answer({ text: answerTo(order) });
};

const slow: Fate = (random, order, request) => {
  const behaviour = good(random, order, request);
  return behaviour.kind === 'answer' ? { ...behaviour, partDelayMs: below(random, 4) } : behaviour;
};

const interruptions: readonly Interruption[] = [
  'end',
  'reset',
  'error-event',
  'nested-error-event',
  'failed-event',
  'malformed-event',
];

const broken: Fate = (random, order) => {
  const positions: readonly Position[] = ['headers', 'preamble', 1, 2, 5];
  const at = positions[below(random, positions.length)] ?? 'headers';
  const by = interruptions[below(random, interruptions.length)] ?? 'end';
  return interrupted(at, by, order && answerTo(order));
};

const silent: Fate = (random, order) => {
  const positions: readonly Position[] = ['headers', 'preamble', 1, 2];
  return interrupted(positions[below(random, positions.length)] ?? 'headers', 'hang', order && answerTo(order));
};

const failed: Fate = (random) => {
  const statuses = [500, 502, 503, 504, 408, 409, 401, 403, 404, 421, 424];
  return status(statuses[below(random, statuses.length)] ?? 500);
};

const limited: Fate = (random) => {
  if (random() < 0.1) return rateLimited(1);
  return status(429, { headers: { 'retry-after-ms': String(below(random, 30)) } });
};

const nonsense: Fate = (random) =>
  drawn(random, [
    [1, html()],
    [1, body('')],
    [1, body('{}')],
    [1, body('null')],
    [1, body('{"error":{"message":"m","code":503}}')],
    [1, body('{"choices":')],
    [1, body('[1,2,3]')],
  ]);

const rejected: Fate = () => status(400);

/** What a service does with a request, and how often. More than half of the requests are served. */
const fates: readonly (readonly [number, Fate])[] = [
  [55, good],
  [15, slow],
  [8, broken],
  [1, silent],
  [6, failed],
  [5, limited],
  [4, nonsense],
  [4, () => reset()],
  [0.3, () => hang()],
  [0.7, rejected],
];

/** Draws what to do with a request. */
export function fateOf(random: Random, request: ReceivedRequest): Behaviour {
  return drawn(random, fates)(random, orderIn(request.json), request);
}
