/** What content parts carry under `balanced`, so that the endpoint which stores them is known when they come back. */
export interface EndpointMark {
  /** Opaque: parts travel through browsers, and an endpoint's name may say more than its owner wants. */
  readonly endpoint: string;
}

/**
 * The mark of an endpoint, made from its name alone, so that every process makes the same.
 *
 * It is a hint and hides nothing of worth: cyrb53, a public-domain hash, is quick, runs anywhere and rarely collides. Two
 * endpoints with one mark would send a call to the wrong one of them, which answers that it does not know the item.
 */
export function markOf(endpointName: string): EndpointMark {
  return Object.freeze({ endpoint: `ep_${hash(endpointName).toString(36)}` });
}

function hash(text: string): number {
  let high = 0xde_ad_be_ef;
  let low = 0x41_c6_ce_57;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 2_654_435_761);
    low = Math.imul(low ^ unit, 1_597_334_677);
  }
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909);
  return 4_294_967_296 * (2_097_151 & low) + (high >>> 0);
}
