import { type Item, Refusal, type ResponsesRequest } from './item.ts';

/** Types of item that reasoning leads to, and that may not be sent by id without it. */
const LED_BY_REASONING = new Set(['message', 'function_call', 'web_search_call']);

/** What one account has stored, and its judgement of what it is sent. */
export class ItemStore {
  readonly #account: string;
  readonly #items = new Map<string, Item>();
  /** Item id → the reasoning that led to it. */
  readonly #reasoningOf = new Map<string, string>();
  readonly #responses = new Map<string, readonly Item[]>();
  readonly #conversations = new Map<string, Item[]>();

  constructor(account: string) {
    this.#account = account;
  }

  /** A conversation object, as the API's users create them beforehand. */
  openConversation(id: string): void {
    this.#conversations.set(id, []);
  }

  /** Keeps the items of an answer, unless the request asked not to. */
  keep(request: ResponsesRequest, responseId: string, input: readonly Item[], output: readonly Item[]): void {
    if (request.store === false) return;
    this.#responses.set(responseId, [...input, ...output]);
    if (request.conversation !== undefined) this.#conversations.set(request.conversation, [...input, ...output]);
    let reasoning: string | undefined;
    for (const item of output) {
      if (item.id === undefined) continue;
      this.#items.set(item.id, item);
      if (item.type === 'reasoning') reasoning = item.id;
      else if (reasoning !== undefined && LED_BY_REASONING.has(item.type)) this.#reasoningOf.set(item.id, reasoning);
    }
  }

  /**
   * The whole conversation that a request stands for.
   *
   * @throws {Refusal} as the service refuses it.
   */
  resolve(request: ResponsesRequest): readonly Item[] {
    const before = this.#before(request);
    const given =
      typeof request.input === 'string' ? [{ type: 'message', role: 'user', content: request.input }] : request.input;
    const references = new Set<string>();
    const resolved = given.map((item) => this.#resolveItem(item, references));
    const whole = [...before, ...resolved];
    refuseDuplicates(whole);
    this.#requireReasoning(references, resolved);
    requireFollowers(resolved);
    requirePairs(whole);
    requireApprovalRequests(whole);
    return whole;
  }

  #before({ previous_response_id: previous, conversation }: ResponsesRequest): readonly Item[] {
    if (previous !== undefined) {
      const found = this.#responses.get(previous);
      if (found !== undefined) return found;
      throw new Refusal(400, `Previous response with id '${previous}' not found.`, {
        code: 'previous_response_not_found',
        param: 'previous_response_id',
      });
    }
    if (conversation === undefined) return [];
    const found = this.#conversations.get(conversation);
    if (found !== undefined) return found;
    throw new Refusal(404, `Conversation with id '${conversation}' not found.`, { param: null });
  }

  #resolveItem(item: Item, references: Set<string>): Item {
    if (item.type === 'item_reference') {
      const found = this.#items.get(item.id ?? '');
      if (found === undefined) throw new Refusal(404, `Item with id '${item.id}' not found.`);
      references.add(item.id ?? '');
      return found;
    }
    const encrypted = item['encrypted_content'];
    if (typeof encrypted === 'string' && !encrypted.startsWith(`${this.#account}:`)) {
      throw new Refusal(400, 'The encrypted content could not be verified.', {
        code: 'invalid_encrypted_content',
        param: null,
      });
    }
    return item;
  }

  #requireReasoning(references: ReadonlySet<string>, input: readonly Item[]): void {
    const ids = new Set(input.map(({ id }) => id));
    for (const id of references) {
      const reasoning = this.#reasoningOf.get(id);
      if (reasoning === undefined || ids.has(reasoning)) continue;
      const { type } = this.#items.get(id) as Item;
      throw new Refusal(
        400,
        `Item '${id}' of type '${type}' was provided without its required 'reasoning' item: '${reasoning}'.`,
      );
    }
  }
}

function refuseDuplicates(items: readonly Item[]): void {
  const seen = new Set<string>();
  for (const { id } of items) {
    if (id === undefined) continue;
    if (seen.has(id)) throw new Refusal(400, `Duplicate item found with id ${id}.`);
    seen.add(id);
  }
}

function requireFollowers(items: readonly Item[]): void {
  for (const [index, { type, id }] of items.entries()) {
    if (type !== 'reasoning') continue;
    const next = items[index + 1];
    const follows =
      next !== undefined && (next.type !== 'message' || next['role'] === 'assistant') && !next.type.endsWith('_output');
    if (!follows) {
      throw new Refusal(400, `Item '${id}' of type 'reasoning' was provided without its required following item.`);
    }
  }
}

/** Each output has its call before it, and each call its output after it. */
function requirePairs(items: readonly Item[]): void {
  const open = new Set<unknown>();
  for (const { type, call_id: callId } of items) {
    if (type === 'function_call') open.add(callId);
    if (type === 'function_call_output' && !open.delete(callId)) {
      throw new Refusal(400, `No tool call found for function call output with call_id ${String(callId)}.`);
    }
  }
  for (const callId of open) throw new Refusal(400, `No tool output found for function call ${String(callId)}.`);
}

function requireApprovalRequests(items: readonly Item[]): void {
  const requested = new Set<unknown>();
  for (const item of items) {
    if (item.type === 'mcp_approval_request') requested.add(item.id);
    if (item.type !== 'mcp_approval_response' || requested.has(item['approval_request_id'])) continue;
    throw new Refusal(404, `Approval request with id '${String(item['approval_request_id'])}' not found.`);
  }
}
