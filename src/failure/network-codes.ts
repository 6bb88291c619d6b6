/*
 * Codes of Node's dns, net and tls, and of undici, by what they say of an endpoint.
 */

/** The connection was never made: nothing can have been asked. */
const NEVER_CONNECTED =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_\w+|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|UND_ERR_CONNECT_TIMEOUT|CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_\w+|SELF_SIGNED_CERT_IN_CHAIN)$/;

/** These may come later too, but are the endpoint's as well. */
const ENDPOINTS = /^(?:ETIMEDOUT|ERR_TLS_\w+|ERR_SSL_\w+)$/;

/** Whether it is certain that there was no connection, and so no request. */
export const neverConnected = (code: string): boolean => NEVER_CONNECTED.test(code);

/** Whether it is about the network or the name of the endpoint as a whole, whatever deployment was asked. */
export const isEndpoints = (code: string): boolean => neverConnected(code) || ENDPOINTS.test(code);
