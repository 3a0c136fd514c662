package dev.portafilter.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Which child of an index is the image. Source: WasmPlugin reference, section 4.7. */
final class IndexChoice {
    private static final String REFERENCE_TYPE = "vnd.docker.reference.type";
    private static final String ATTESTATION = "attestation-manifest";
    private static final Set<String> WASM = Set.of("wasm", "wasm32");
    private static final Map<String, String> ARCHITECTURES =
            Map.of("aarch64", "arm64", "x86_64", "amd64", "x86", "386", "arm", "arm");

    private IndexChoice() {}

    /**
     * Chooses.
     *
     * @param where what messages call the index
     * @throws FetchException {@code image.noPlatform} when no child fits
     */
    static Descriptor choose(List<Descriptor> children, String where) throws FetchException {
        List<Descriptor> images = new ArrayList<>();
        for (Descriptor child : children) {
            boolean attestation = ATTESTATION.equals(child.annotations().get(REFERENCE_TYPE));
            if (!attestation && !child.platform().equals("unknown/unknown")) {
                images.add(child);
            }
        }
        String host = System.getProperty("os.arch", "");
        String architecture = ARCHITECTURES.getOrDefault(host, host);
        List<Predicate<String>> rules = List.of(
                platform -> platform.equals("linux/amd64") || platform.isEmpty() || platform.equals("/"),
                platform -> WASM.contains(platform.substring(platform.indexOf('/') + 1)),
                platform -> platform.equals("linux/" + architecture));
        for (Predicate<String> rule : rules) {
            for (Descriptor image : images) {
                if (rule.test(image.platform())) {
                    return image;
                }
            }
        }
        if (images.size() == 1) {
            return images.get(0);
        }
        throw new FetchException(
                "image.noPlatform",
                where + ": has no image that fits (expected: linux/amd64, wasm, linux/" + architecture + "; there are: "
                        + String.join(
                                ", ",
                                children.stream().map(Descriptor::platform).toList()) + ")");
    }
}
