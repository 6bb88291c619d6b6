/** The same text for the same settings. `undefined` where a function or a provider is among them: of these nothing can be told. */
export function fingerprint(settings: object): string | undefined {
  let isKnown = true;
  const text = JSON.stringify(settings, (name, value: unknown) => {
    if (name === 'provider' || typeof value === 'function') isKnown = false;
    return isKnown ? value : undefined;
  });
  return isKnown ? text : undefined;
}
