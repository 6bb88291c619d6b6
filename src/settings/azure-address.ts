import { type TextRule, urlPrefix } from './text-rules.ts';

/**
 * Hosts of Azure OpenAI: resources in the public cloud, in that of the US government and in China, and whole regions.
 * `@ai-sdk/azure` knows those of the public cloud only (`getAzureOpenAIBaseURLInfo` in its `azure-openai-provider.ts`).
 */
const AZURE_HOST =
  /\.(?:(?:openai|services\.ai|cognitiveservices)\.azure\.(?:com|us|cn)|api\.cognitive\.(?:microsoft\.(?:com|us)|azure\.cn))$/;

/** What stands after the host in the portal and in examples: a project, a version, a deployment, an operation. */
const AZURE_PATH =
  /^(?<project>\/api\/projects\/[^/]+)?(?:\/openai(?:\/v1)?(?:\/deployments(?:\/(?<deployment>[^/]+))?)?(?:\/(?:chat\/completions|completions|responses|embeddings|images\/\w+|audio\/\w+|models|realtime))?)?\/*$/i;

const VERSION = /^(?:\d{4}-\d{2}-\d{2}(?:-preview)?|v1|preview|latest)$/;

/**
 * A gateway's URL is taken as it is. One of Azure's own must lead to a resource: what says more is refused with what it says, since
 * a deployment or version in it would otherwise have no effect.
 */
export const azureURLPrefix: TextRule = (value) => {
  if (!URL.canParse(value)) return urlPrefix(value);
  const { hostname, origin, pathname, search, searchParams, username, password } = new URL(value);
  if (!AZURE_HOST.test(hostname) || username !== '' || password !== '') return urlPrefix(value);
  const groups = AZURE_PATH.exec(pathname)?.groups;
  const { project = '', deployment } = groups ?? {};
  if (groups !== undefined && deployment === undefined && search === '') return urlPrefix(value);
  const version = searchParams.get('api-version') ?? '';
  const understood = [
    `baseURL "${origin}${project}"`,
    ...(VERSION.test(version) ? [`apiVersion "${version}"`] : []),
    ...(deployment === undefined ? [] : [`deployment "${deployment}", for deployments or modelMapping`]),
  ];
  return `is not the address of a resource alone; it says ${understood.join(', ')}`;
};
