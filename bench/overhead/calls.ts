import { type Figure, toFigure } from './figure.ts';
import { interleave, microseconds } from './interleave.ts';
import { balancedModel, callOptions, type ChatModel, plainModels } from './models.ts';
import { answeringFetch, rejectingFetch } from './stub-fetch.ts';

/** A sample is short, so that another process seldom gets into one. */
const CALLS = 40;

/** Calls one after the other. */
export async function measureCalls(
  endpoints: number,
  target: number,
  pairs: number,
  limits: object = {},
): Promise<Figure> {
  const plain = plainModels(endpoints, () => answeringFetch);
  const ours = balancedModel(endpoints, () => answeringFetch, {}, limits);
  let turn = 0;
  const comparison = await interleave(
    pairs,
    () => microseconds(CALLS, () => plain[(turn += 1) % endpoints]!.doGenerate(callOptions())),
    () => microseconds(CALLS, () => ours.doGenerate(callOptions())),
  );
  const variant = Object.keys(limits).length === 0 ? 'no limits configured' : 'rpm and tpm configured';
  return toFigure(`a call, ${endpoints} endpoints, ${variant}`, comparison, 'µs', target);
}

/**
 * The least that a model in front of another can cost when it knows how long calls take and names the endpoint that answered:
 * two looks at the clock, one promise more, and metadata.
 */
export async function measureBareWrapper(pairs: number): Promise<Figure> {
  const [plain, wrapped] = plainModels(2, () => answeringFetch) as [ChatModel, ChatModel];
  const times: number[] = [];
  const ask = (options: Parameters<ChatModel['doGenerate']>[0]): PromiseLike<unknown> => {
    const startedAt = performance.now();
    return wrapped.doGenerate(options).then((answer) => {
      times[0] = performance.now() - startedAt;
      return {
        ...answer,
        providerMetadata: { ...answer.providerMetadata, balanced: { endpoint: 'one', attempts: 1 } },
      };
    });
  };
  const comparison = await interleave(
    pairs,
    () => microseconds(CALLS, () => plain.doGenerate(callOptions())),
    () => microseconds(CALLS, () => ask(callOptions())),
  );
  return toFigure('the same of a bare wrapper that times calls and adds metadata', comparison, 'µs', undefined);
}

/** All but one endpoint have named a time ten minutes away. */
export async function measureMostlyLimited(endpoints: number, pairs: number): Promise<readonly Figure[]> {
  const seen = { requests: 0, calls: 0 };
  const healthy = endpoints - 1;
  const fetchAt = (index: number) => () => {
    seen.requests += 1;
    return index === healthy ? answeringFetch() : rejectingFetch();
  };
  const [plain] = plainModels(1, () => answeringFetch);
  const ours = balancedModel(endpoints, fetchAt);
  // The first calls learn which endpoints are limited.
  while (seen.requests < endpoints) await ours.doGenerate(callOptions());
  seen.requests = 0;
  const comparison = await interleave(
    pairs,
    () => microseconds(CALLS, () => plain!.doGenerate(callOptions())),
    () =>
      microseconds(CALLS, () => {
        seen.calls += 1;
        return ours.doGenerate(callOptions());
      }),
  );
  const name = `${endpoints - 1} of ${endpoints} rate limited`;
  return [
    { name: `${name}: attempts a call`, value: seen.requests / seen.calls, unit: '', target: 1, note: '' },
    toFigure(`${name}: a call`, comparison, 'µs', 50),
  ];
}

/** As many calls as endpoints, all started in one tick; nothing else gets to run until the last has its answer. */
export async function measureOneTick(count: number, pairs: number, limits: object = {}): Promise<Figure> {
  const plain = plainModels(count, () => answeringFetch);
  const ours = balancedModel(count, () => answeringFetch, {}, limits);
  const blockedMs = async (start: (index: number) => PromiseLike<unknown>): Promise<number> => {
    const startedAt = performance.now();
    const answers = [];
    for (let index = 0; index < count; index += 1) answers.push(start(index));
    await Promise.all(answers);
    return performance.now() - startedAt;
  };
  const comparison = await interleave(
    pairs,
    () => blockedMs((index) => plain[index]!.doGenerate(callOptions())),
    () => blockedMs(() => ours.doGenerate(callOptions())),
  );
  const variant = Object.keys(limits).length === 0 ? 'no limits configured' : 'rpm and tpm configured';
  return toFigure(`${count} calls in one tick, ${count} endpoints, ${variant}: loop blocked`, comparison, 'ms', 20);
}
