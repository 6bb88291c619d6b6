/** Where deployment-based URLs begin: `{prefix}{deployment}/chat/completions?api-version=…`. */
export interface DeploymentUrls {
  readonly prefix: string;
  /** Where AI SDK 4 puts `/responses`, which belongs to no deployment, and where it should be. */
  readonly responses?: { readonly wrong: string; readonly right: string } | undefined;
}

/** Puts the name that a deployment has into a URL that was made for a logical id. */
export function deploymentUrl(
  url: string,
  { prefix, responses }: DeploymentUrls,
  modelId: string,
  name: string,
): string {
  const whole = new URL(url).toString();
  if (responses !== undefined && whole.startsWith(responses.wrong)) {
    return responses.right + whole.slice(responses.wrong.length);
  }
  if (!whole.startsWith(prefix)) return url;
  // The SDK may escape an id itself or leave that to the platform; ids may have a colon or a slash in them.
  const written = [modelId, encodeURIComponent(modelId)]
    .map((id) => new URL(`${prefix}${id}/`).toString())
    .find((start) => whole.startsWith(start));
  return written === undefined ? url : `${prefix}${encodeURIComponent(name)}/${whole.slice(written.length)}`;
}
