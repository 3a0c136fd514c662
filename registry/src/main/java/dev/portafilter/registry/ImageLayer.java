package dev.portafilter.registry;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** One layer of an image, an archive in memory that is walked as often as need be. Source: WasmPlugin reference, 4.3. */
final class ImageLayer {
    static final int MOST_ENTRIES = 100_000;

    private static final int BUFFER = 16 * 1024;

    private final String where;
    private final byte[] bytes;
    private final long mostBytes;
    private boolean measured;

    /** Looks at an entry. */
    interface Visitor {
        /**
         * Looks at an entry.
         *
         * @return whether to go on
         */
        boolean visit(TarReader.Entry entry, TarReader tar) throws IOException;
    }

    /**
     * A layer.
     *
     * @param where what messages call it
     * @param bytes the archive, compressed with gzip or not
     * @param mostBytes the most that it may hold when it is not compressed
     */
    ImageLayer(String where, byte[] bytes, long mostBytes) {
        this.where = where;
        this.bytes = bytes;
        this.mostBytes = mostBytes;
    }

    static boolean isGzip(byte[] bytes) {
        return bytes.length > 2 && bytes[0] == 0x1f && bytes[1] == (byte) 0x8b;
    }

    /**
     * Shows every entry, until the visitor has seen enough.
     *
     * @throws FetchException when the archive is broken or too large
     */
    void walk(Visitor visitor) throws FetchException {
        if (!measured) {
            measure();
            measured = true;
        }
        try (InputStream in = open()) {
            TarReader tar = new TarReader(in, MOST_ENTRIES);
            TarReader.Entry entry = tar.next();
            while (entry != null && visitor.visit(entry, tar)) {
                entry = tar.next();
            }
        } catch (FetchException e) {
            throw e;
        } catch (IOException e) {
            String problem = e instanceof TarReader.TarException ? e.getMessage() : "is broken: " + e.getMessage();
            throw new FetchException("image.layerInvalid", where + ": " + problem + " (expected: a tar archive)");
        }
    }

    /**
     * Finds out that the layer is not too large before anything of it is kept: so a small one that unpacks to much costs
     * time, and no memory.
     */
    private void measure() throws FetchException {
        if (!isGzip(bytes)) {
            return;
        }
        try (InputStream in = open()) {
            skipAll(in);
        } catch (FetchException e) {
            throw e;
        } catch (IOException e) {
            // Whoever reads it comes to the same place, if at all, and says what is there.
            return;
        }
    }

    private InputStream open() throws IOException {
        try {
            return new Bounded(isGzip(bytes) ? gzip(bytes) : new ByteArrayInputStream(bytes), mostBytes, where);
        } catch (ZipException e) {
            throw new TarReader.TarException("is no gzip");
        }
    }

    /** Everything that comes out of gzip, at most some; what is too large is not kept meanwhile. */
    static byte[] gunzip(byte[] bytes, long most, String where) throws FetchException {
        try {
            long size;
            try (InputStream in = new Bounded(gzip(bytes), most, where)) {
                size = skipAll(in);
            }
            try (InputStream in = gzip(bytes)) {
                byte[] content = new byte[(int) size];
                in.readNBytes(content, 0, content.length);
                return content;
            }
        } catch (FetchException e) {
            throw e;
        } catch (IOException e) {
            throw new FetchException(
                    "image.layerInvalid", where + ": is broken: " + e.getMessage() + " (expected: gzip)");
        }
    }

    private static InputStream gzip(byte[] bytes) throws IOException {
        return new GZIPInputStream(new ByteArrayInputStream(bytes), BUFFER);
    }

    private static long skipAll(InputStream in) throws IOException {
        byte[] portion = new byte[BUFFER];
        long size = 0;
        for (int read = in.read(portion, 0, BUFFER); read >= 0; read = in.read(portion, 0, BUFFER)) {
            size += read;
        }
        return size;
    }

    /** Ends with an error when too much comes. */
    private static final class Bounded extends InputStream {
        private final InputStream in;
        private final long most;
        private final String where;
        private long count;

        Bounded(InputStream in, long most, String where) {
            this.in = in;
            this.most = most;
            this.where = where;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = in.read(into, offset, length);
            count += Math.max(0, read);
            if (count > most) {
                throw new FetchException(
                        "limit.moduleTooLarge", where + ": is larger than " + most + " bytes when unpacked (limit)");
            }
            return read;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
