declare const PACKAGE_VERSION: string | undefined;

/** Version of this package. `0.0.0-source` where it was not built. */
export const VERSION: string = typeof PACKAGE_VERSION === 'string' ? PACKAGE_VERSION : '0.0.0-source';
