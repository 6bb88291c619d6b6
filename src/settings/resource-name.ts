/** One DNS label, as @ai-sdk/azure 4 demands: anything else would send the key to another host. */
export const isResourceName = (value: string): boolean => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(value);
