/** A major of the AI SDK and what a user of it installs beside this package. */
export interface SdkMajor {
  readonly major: 4 | 5 | 6 | 7;
  /** `specificationVersion` of its models. */
  readonly specification: 'v1' | 'v2' | 'v3' | 'v4';
  /** Exact, so that a new release of an SDK cannot turn a build red in which nothing was changed. */
  readonly packages: Readonly<Record<string, string>>;
}

/** OpenTelemetry's API and SDK, which users of the telemetry subpath have. */
const telemetry = {
  '@opentelemetry/api': '1.10.0',
  '@opentelemetry/context-async-hooks': '3.1.1',
  '@opentelemetry/sdk-trace': '3.1.1',
};

export const sdkMajors: readonly SdkMajor[] = [
  {
    major: 4,
    specification: 'v1',
    packages: {
      ...telemetry,
      ai: '4.3.19',
      '@ai-sdk/openai': '1.3.24',
      '@ai-sdk/azure': '1.3.25',
      '@ai-sdk/provider': '1.1.3',
      zod: '3.25.76',
    },
  },
  {
    major: 5,
    specification: 'v2',
    packages: {
      ...telemetry,
      ai: '5.0.277',
      '@ai-sdk/openai': '2.0.131',
      '@ai-sdk/azure': '2.0.138',
      '@ai-sdk/provider': '2.0.5',
      zod: '4.6.7',
    },
  },
  {
    major: 6,
    specification: 'v3',
    packages: {
      ...telemetry,
      ai: '6.0.326',
      '@ai-sdk/openai': '3.0.141',
      '@ai-sdk/azure': '3.0.128',
      '@ai-sdk/provider': '3.0.19',
      zod: '4.6.7',
    },
  },
  {
    major: 7,
    specification: 'v4',
    packages: {
      ...telemetry,
      ai: '7.0.173',
      '@ai-sdk/otel': '1.0.173',
      '@ai-sdk/openai': '4.0.118',
      '@ai-sdk/azure': '4.0.85',
      '@ai-sdk/provider': '4.0.38',
      zod: '4.6.7',
    },
  },
];
