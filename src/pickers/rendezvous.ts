import type { Deployment } from '../deployment/deployment.ts';

/** How much more than its share of the attempts under way a deployment may have before a key moves on. */
const BOUND = 1.25;
/** And so many more, or chance alone would move keys about while there is little to do. */
const SLACK = 4;

/**
 * The deployment for a key: the same for the same key as long as it is there, by weighted rendezvous hashing, so that one that
 * is added takes over its share of the keys and no others move (Thaler and Ravishankar 1998; Schindelhauer and Schomaker 2005 for
 * weights). One with too much to do is passed over, so that a popular key does not overload it (consistent hashing with
 * bounded loads: Mirrokni, Thorup, Zadimoghaddam 2016).
 */
export function byAffinity(key: string, candidates: readonly Deployment[]): Deployment | undefined {
  const keyHash = hash(key);
  const underWay = candidates.reduce((sum, { inFlight }) => sum + inFlight, 1);
  const weights = candidates.reduce((sum, { endpoint }) => sum + endpoint.weight, 0);
  let best: Deployment | undefined;
  let bestScore = -Infinity;
  for (const deployment of candidates) {
    const { weight } = deployment.endpoint;
    if (deployment.inFlight + 1 > Math.ceil((BOUND * underWay * weight) / weights) + SLACK) continue;
    const score = -weight / Math.log(fraction(keyHash, deployment));
    if (score > bestScore) {
      best = deployment;
      bestScore = score;
    }
  }
  return best;
}

/** A number in (0, 1) that is always the same for a key and a deployment, also in another process. */
function fraction(keyHash: number, { endpoint, name }: Deployment): number {
  return (mix(keyHash ^ mix(hash(`${endpoint.name}\n${name}`))) + 0.5) / 2 ** 32;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x81_1c_9d_c5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01_00_01_93);
  }
  return value >>> 0;
}

/** MurmurHash3's finalizer: each bit of the input changes half of those of the output. */
function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85_eb_ca_6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2_b2_ae_35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
