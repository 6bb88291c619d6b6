/**
 * Metrics for Prometheus: counts what the endpoints do, and serves it at http://localhost:9464/metrics.
 *
 * Makes a few calls, prints what Prometheus would read of them, and ends; with `--serve` it goes on to serve. In your app the metrics are
 * served for as long as it runs.
 *
 * Environment: OPENAI_API_KEY, or AZURE_API_BASE_URL_1 with AZURE_API_KEY_1, or both; METRICS_PORT (9464).
 */
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { generateText } from 'ai';
import { createBalancedProvider } from 'ai-sdk-load-balancer';
import { instrument } from 'ai-sdk-load-balancer/opentelemetry';

const balanced = createBalancedProvider({
  endpoints: [
    {
      type: 'azure',
      name: 'eastus',
      baseURLEnv: 'AZURE_API_BASE_URL_1',
      apiKeyEnv: 'AZURE_API_KEY_1',
      apiVersion: '2024-10-21',
    },
    { type: 'openai', name: 'openai', apiKeyEnv: 'OPENAI_API_KEY' },
  ],
  onMissingCredentials: 'skip',
});

const port = Number(process.env['METRICS_PORT'] ?? 9464);
const exporter = new PrometheusExporter({ port, preventServerStart: true });
await exporter.startServer();
instrument(balanced, { meterProvider: new MeterProvider({ readers: [exporter] }) });

for (let call = 0; call < 4; call += 1) {
  await generateText({ model: balanced('gpt-4.1-mini'), prompt: 'Say hello in five words or fewer.' });
}

const response = await fetch(`http://localhost:${port}/metrics`);
console.log(await response.text());
if (!process.argv.includes('--serve')) await exporter.shutdown();
