import { servicePrefix, type TextRule, urlPrefix } from './text-rules.ts';

/** Where an Azure endpoint is. */
export interface AzureAddress {
  /** A gateway's URL as it was given, without a slash at its end; of a resource or project what comes before `/openai`. */
  readonly root: string;
  readonly kind: 'resource' | 'project' | 'gateway';
}

/**
 * Hosts of Azure OpenAI: resources in the public cloud, in that of the US government and in China, and whole regions.
 * `@ai-sdk/azure` knows those of the public cloud only (`getAzureOpenAIBaseURLInfo` in its `azure-openai-provider.ts`).
 */
const AZURE_HOST =
  /\.(?:(?:openai|services\.ai|cognitiveservices)\.azure\.(?:com|us|cn)|api\.cognitive\.(?:microsoft\.(?:com|us)|azure\.cn))$/;

/** What stands after the host in the portal and in examples: a project, a version, a deployment, an operation. */
const AZURE_PATH =
  /^(?<project>\/api\/projects\/[^/]+)?(?:\/openai(?:\/v1)?(?:\/deployments(?:\/(?<deployment>[^/]+))?)?(?:\/(?:chat\/completions|completions|responses|embeddings|images\/\w+|audio\/\w+|models|realtime))?)?\/*$/i;

/** What a path says. Slashes are doubled when addresses are put together. */
const readPath = (pathname: string) => AZURE_PATH.exec(pathname.replace(/\/{2,}/g, '/'))?.groups;

const VERSION = /^(?:\d{4}-\d{2}-\d{2}(?:-preview)?|v1|preview|latest)$/;

/** Reads a URL that {@link azureURLPrefix} lets pass. The name of an operation at its end is left out. */
export function azureAddress(baseURL: string): AzureAddress {
  const { hostname, origin, pathname, href } = new URL(baseURL);
  if (!AZURE_HOST.test(hostname)) return { root: href.replace(/(?:\/deployments)?\/*$/, ''), kind: 'gateway' };
  const project = readPath(pathname)?.['project'];
  return { root: origin + (project ?? ''), kind: project === undefined ? 'resource' : 'project' };
}

/**
 * A gateway's URL is taken as it is. One of Azure's own must lead to a resource: what says more is refused with what it says, since
 * a deployment or version in it would otherwise have no effect.
 */
export const azureURLPrefix: TextRule = (value) => {
  if (!URL.canParse(value)) return servicePrefix(value);
  const { hostname, origin, pathname, search, searchParams, username, password } = new URL(value);
  if (!AZURE_HOST.test(hostname) || username !== '' || password !== '') return servicePrefix(value);
  const said = readPath(pathname);
  const { project = '', deployment } = said ?? {};
  if (said !== undefined && deployment === undefined && search === '') return urlPrefix(value);
  const version = searchParams.get('api-version') ?? '';
  const understood = [
    `baseURL "${origin}${project}"`,
    ...(VERSION.test(version) ? [`apiVersion "${version}"`] : []),
    ...(deployment === undefined ? [] : [`deployment "${deployment}", for deployments or modelMapping`]),
  ];
  return `is not the address of a resource alone; it says ${understood.join(', ')}`;
};
