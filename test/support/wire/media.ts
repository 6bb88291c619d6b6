import type { ReceivedRequest } from '../received-request.ts';

const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Bytes that begin as a PNG file does and go on with the name of the service. */
export function images(serviceName: string, request: ReceivedRequest): object {
  const count = typeof request.json['n'] === 'number' ? request.json['n'] : 1;
  const bytes = Buffer.concat([Buffer.from(pngSignature), Buffer.from(serviceName)]);
  return {
    created: 1_767_225_600,
    data: Array.from({ length: count }, () => ({ b64_json: bytes.toString('base64') })),
  };
}

export function transcription(text: string): object {
  return { text, language: 'english', duration: 1.5, words: null, segments: null };
}

/** Bytes that begin as an MP3 file does and go on with what was said. */
export function speech(serviceName: string): Buffer {
  return Buffer.concat([Buffer.from('ID3'), Buffer.from(serviceName)]);
}
