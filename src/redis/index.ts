export type { IoredisClient, NodeRedisClient, RedisClient, UpstashClient } from './client.ts';
export { redisState, type RedisStateSettings } from './redis-state.ts';
