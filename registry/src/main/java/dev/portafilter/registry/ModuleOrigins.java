package dev.portafilter.registry;

/**
 * Where the bytes of modules come from.
 *
 * @param http for urls with http and https
 * @param images for urls with oci
 * @param files for urls with file
 */
record ModuleOrigins(HttpTransport http, ModuleImages images, ModuleFiles files) {}
