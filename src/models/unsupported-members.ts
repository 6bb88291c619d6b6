import { UnsupportedFunctionalityError } from '@ai-sdk/provider';

/** Members of providers that make no sense in a ring, and why. */
const REASONS = {
  experimental_batch: 'a batch is kept by the endpoint that was given it',
  experimental_realtime: 'a realtime session is with one endpoint, and goes through no model function',
  translation: 'speech that is live cannot be said again at another endpoint',
  speechTranslationModel: 'speech that is live cannot be said again at another endpoint',
} as const;

/** Members that say why they are none, instead of being absent. */
export function unsupportedMembers(): Readonly<Record<keyof typeof REASONS, () => never>> {
  const entries = Object.entries(REASONS).map(([name, reason]) => {
    const refuse = (): never => {
      const message = `A balanced provider has no ${name}: ${reason}. Use the provider of one endpoint for it, such as createOpenAI(…).${name}.`;
      throw new UnsupportedFunctionalityError({ functionality: name, message });
    };
    return [name, name === 'experimental_realtime' ? Object.assign(refuse, { getToken: refuse }) : refuse];
  });
  // The names are those of the table.
  return Object.fromEntries(entries) as ReturnType<typeof unsupportedMembers>;
}
