import { expect, it } from 'vitest';

import { settleApprovals } from '../../../src/portability/settle-approvals.ts';

it('sixteen thousand forged denials are each looked at a few times, not once for each of the others', () => {
  let looks = 0;
  const content = Array.from({ length: 16_000 }, (_, index) => ({
    type: 'tool-result',
    toolCallId: `call_${index}`,
    get output() {
      looks += 1;
      return { type: 'execution-denied', providerOptions: { openai: { approvalId: `x${index}` } } };
    },
  }));
  const answers = content.map((_, index) => ({
    type: 'tool-approval-response',
    approvalId: `mcpr_${index}`,
    approved: false,
  }));

  settleApprovals(
    [...content, ...answers],
    {
      recall: () => undefined,
      requests: new Map(),
      dropsApprovals: false,
      waiting: new Map(),
      leftOut: new Set(),
    },
    true,
  );

  expect(looks).toBeLessThan(10 * content.length);
});
