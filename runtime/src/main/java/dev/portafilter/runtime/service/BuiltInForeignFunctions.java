package dev.portafilter.runtime.service;

import dev.portafilter.abi.EffectiveContext;
import dev.portafilter.abi.ForeignFunction;
import dev.portafilter.abi.ResultBytes;
import dev.portafilter.abi.Status;
import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The foreign functions that every host offers. Source: ABI reference, section 3.13. */
final class BuiltInForeignFunctions {
    /** Most bytes that {@code uncompress} answers: 16 MiB, 16 times a full body buffer; 1 KiB can stand for 1 MiB. */
    static final int MAX_UNCOMPRESSED_BYTES = 16 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(BuiltInForeignFunctions.class);
    private static final int CHUNK_BYTES = 8192;

    private BuiltInForeignFunctions() {}

    /** All of them by name; unmodifiable. */
    static Map<String, ForeignFunction> all() {
        return Map.of(
                "compress",
                BuiltInForeignFunctions::compress,
                "uncompress",
                uncompress(MAX_UNCOMPRESSED_BYTES),
                "clear_route_cache",
                BuiltInForeignFunctions::clearRouteCache,
                "set_envoy_filter_state",
                FilterStateFunctions::setFilterState,
                "declare_property",
                FilterStateFunctions::declareProperty,
                "verify_signature",
                SignatureFunctions::verify,
                "sign",
                SignatureFunctions::sign);
    }

    /** The function {@code uncompress} with another limit. */
    static ForeignFunction uncompress(int maxBytes) {
        return (context, arguments, result) -> uncompress(arguments, result, maxBytes);
    }

    /** Answers the arguments as a zlib stream (RFC 1950). */
    private static Status compress(EffectiveContext context, byte[] arguments, ResultBytes result) {
        Deflater deflater = new Deflater();
        try {
            deflater.setInput(arguments);
            deflater.finish();
            ByteArrayOutputStream compressed = new ByteArrayOutputStream();
            byte[] chunk = new byte[CHUNK_BYTES];
            while (!deflater.finished()) {
                compressed.write(chunk, 0, deflater.deflate(chunk));
            }
            result.set(compressed.toByteArray());
            return Status.OK;
        } finally {
            deflater.end();
        }
    }

    /** Answers what a zlib stream stands for; bytes behind its end are ignored, as Envoy does. */
    private static Status uncompress(byte[] arguments, ResultBytes result, int maxBytes) {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(arguments);
            ByteArrayOutputStream uncompressed = new ByteArrayOutputStream();
            byte[] chunk = new byte[CHUNK_BYTES];
            while (!inflater.finished()) {
                int count = inflater.inflate(chunk);
                if (count == 0 && !inflater.finished()) {
                    // Cut short, or made with a dictionary that we do not have.
                    return Status.SERIALIZATION_FAILURE;
                }
                if (uncompressed.size() + count > maxBytes) {
                    LOG.warn(
                            "uncompress: {} bytes become more than {} (limits.uncompressedBytes)",
                            arguments.length,
                            maxBytes);
                    return Status.INTERNAL_FAILURE;
                }
                uncompressed.write(chunk, 0, count);
            }
            result.set(uncompressed.toByteArray());
            return Status.OK;
        } catch (DataFormatException e) {
            return Status.SERIALIZATION_FAILURE;
        } finally {
            inflater.end();
        }
    }

    private static Status clearRouteCache(EffectiveContext context, byte[] arguments, ResultBytes result) {
        return context.clearRouteCache();
    }
}
