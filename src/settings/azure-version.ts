/** Azure's legacy API versions are dates (`2024-10-21`, `2025-03-01-preview`), and have deployment-based URLs. */
export const hasDatedVersion = (endpoint: {
  readonly apiVersion?: string | undefined;
  readonly useDeploymentBasedUrls?: boolean | undefined;
}): boolean => endpoint.useDeploymentBasedUrls ?? isDate(endpoint.apiVersion);

const isDate = (version: unknown): boolean => typeof version === 'string' && /^\d{4}-\d{2}-\d{2}/.test(version);
