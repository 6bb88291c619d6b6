import { describe, expect, it } from 'vitest';

import { deploymentUrl } from '../../../src/endpoint/deployment-url.ts';

const prefix = 'https://west.openai.azure.com/openai/deployments/';
const rename = (url: string, modelId: string) => deploymentUrl(url, { prefix }, modelId, 'dep');

describe('a deployment’s name takes the place of the model id', () => {
  it.each(['gpt-4', 'ft:gpt-4o-mini:acme', 'openai/gpt-4', 'a@b', 'my model', 'a[b] c|d', 'modèle', 'deployments'])(
    'for the id %s, as it is and escaped',
    (id) => {
      expect(rename(`${prefix}${id}/chat/completions?api-version=1`, id)).toBe(
        `${prefix}dep/chat/completions?api-version=1`,
      );
      expect(rename(`${prefix}${encodeURIComponent(id)}/images`, id)).toBe(`${prefix}dep/images`);
    },
  );

  it('not in a longer id that begins with it', () => {
    expect(rename(`${prefix}gpt-4o/chat/completions`, 'gpt-4')).toBe(`${prefix}gpt-4o/chat/completions`);
  });

  it('not outside the deployments', () => {
    const url = 'https://west.openai.azure.com/gpt-4/chat/completions';

    expect(rename(url, 'gpt-4')).toBe(url);
  });

  it('escaped, so that it stays one segment', () => {
    expect(deploymentUrl(`${prefix}gpt-4/images`, { prefix }, 'gpt-4', 'my dep/1')).toBe(
      `${prefix}my%20dep%2F1/images`,
    );
  });
});

describe('what AI SDK 4 makes of the Responses API', () => {
  const openai = 'https://west.openai.azure.com/openai';
  const responses = { wrong: `${prefix}responses?`, right: `${openai}/responses?` };

  it('goes back to where it is served', () => {
    expect(deploymentUrl(`${prefix}responses?api-version=1`, { prefix, responses }, 'gpt-4o', 'dep')).toBe(
      `${openai}/responses?api-version=1`,
    );
  });

  it.each(['responses', 'responses-2'])('is not mistaken for a deployment called %s', (id) => {
    expect(deploymentUrl(`${prefix}${id}/chat/completions`, { prefix, responses }, id, id)).toBe(
      `${prefix}${id}/chat/completions`,
    );
  });
});
