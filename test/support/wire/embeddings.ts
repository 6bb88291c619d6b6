import type { ReceivedRequest } from '../received-request.ts';

/** The vector that every fake service gives to a value, so that a test can tell which vector belongs to what. */
export function vectorOf(value: string, dimensions = 3): number[] {
  const sum = new TextEncoder().encode(value).reduce((total, byte) => total + byte, 0);
  return Array.from({ length: dimensions }, (_, index) => (sum + index) / 4096);
}

export function embeddings(request: ReceivedRequest, dimensions?: number): object {
  const { input } = request.json;
  const values = Array.isArray(input) ? input : [input];
  const asked = request.json['dimensions'];
  const length = typeof asked === 'number' ? asked : dimensions;
  return {
    object: 'list',
    data: values.map((value, index) => ({
      object: 'embedding',
      index,
      embedding: vectorOf(String(value), length),
    })),
    model: request.model,
    usage: { prompt_tokens: values.length, total_tokens: values.length },
  };
}
