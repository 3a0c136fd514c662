package dev.portafilter.registry;

import dev.portafilter.resources.PublicKeys;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.HexFormat;

/** The fixed objects, keys and signatures of the WasmPlugin reference, section 9. */
final class FixedVectors {
    static final byte[] TINY_MODULE = HexFormat.of().parseHex("0061736d01000000");
    static final String TINY_SHA256 = "93a44bbb96c751218e4c00d479e4c14358122a389acca16205b1e4d0dc5f9476";
    static final byte[] MANIFEST =
            bytes("{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":{\"med"
                    + "iaType\":\"application/vnd.wasm.config.v0+json\",\"digest\":\"sha256:44136fa355b3678a1146ad16f7e"
                    + "8649e94fb4fc21fe77e8310c060f61caaff8a\",\"size\":2},\"layers\":[{\"mediaType\":\"application/wasm\""
                    + ",\"digest\":\"sha256:93a44bbb96c751218e4c00d479e4c14358122a389acca16205b1e4d0dc5f9476\",\"size\""
                    + ":8}]}");
    static final String MANIFEST_DIGEST = "sha256:d4519cf44eb4d9f4a48daed197b1e574b3e0be8b480b8f8602f8843f379ffa00";
    static final byte[] INDEX =
            bytes("{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"manifests\":[{\"me"
                    + "diaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"sha256:d4519cf44eb4d9f4a48"
                    + "daed197b1e574b3e0be8b480b8f8602f8843f379ffa00\",\"size\":365,\"platform\":{\"architecture\":\"wasm"
                    + "\",\"os\":\"wasip1\"}}]}");
    static final String INDEX_DIGEST = "sha256:fc493e134433c3991f56720c6340bd6c76a05c36f5ba1f958fd0f05ed2fee91c";
    static final byte[] PAYLOAD =
            bytes("{\"critical\":{\"identity\":{\"docker-reference\":\"registry.example.com/filters/openid\"},\"image\""
                    + ":{\"docker-manifest-digest\":\"sha256:d4519cf44eb4d9f4a48daed197b1e574b3e0be8b480b8f8602f8843"
                    + "f379ffa00\"},\"type\":\"cosign container image signature\"},\"optional\":null}");
    static final String PAYLOAD_SHA256 = "da055e78e28982c573a153cd8b240815ae445b93d3441ecee51619a801e54e8b";
    static final PublicKey P256 =
            key("-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2fyMxsDiAM0atxzInIWkEylOskx"
                    + "z\ntCU/sswtzbUAyuQzQg6yY2fZelVx0cHhGhnFJQZppKZraE3RGcYu9Pn9iw==\n-----END PUBLIC KEY-----");
    static final String P256_SIGNATURE =
            "MEQCIEiUzf1guUus6GIkeGRE50H/dIjgK43BLdrIlhtGCuGcAiAarXVfkko4/cUTuUqCl0SOyZXhBiyC4gfn/T93TU" + "XGwA==";
    static final PublicKey OTHER_P256 =
            key("-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2rt08BOOnKGSpYg92056iHwysKb"
                    + "8\nHnGGmzK5vJ8+DiN68MPWTqvDqQHfN8r6nnKCMAxvPHJPC1c1AVnvntoWcQ==\n-----END PUBLIC KEY-----");
    static final PublicKey RSA =
            key("-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr/IEO1YGYrPAuv+ZSOd"
                    + "P\naEyhCqdXVphxGeAyGpAMiiWeRcAUVN8refo1RJ9pxVuz1XXTiwaEL6pbAdMnTBzR\nxNgMYSgfcMZaiwWurU6zyqC"
                    + "DXzZ7rt08u5DxRhp6lBBNovg+IvLarcWFWI+QyIMa\nDdEMpZPemLLiF/tEQsf9AE43Xp5X77UWnlkSlC3/O4HjzvV/"
                    + "NIvpJqDFVlEJRzYW\naxXfLn7Q4yPB6lgaqei7rcwaaL5wOFQ81XzQZqIfv4mAkOKmJCt94H0bwC8wvFtp\nzegXJPOs"
                    + "l7qUeeGDyUavKhoMzTNBgKSceeboQRiD0ff+IYnFLHdeBUx77Q8UTe6i\nUwIDAQAB\n-----END PUBLIC KEY-----");
    static final String RSA_SIGNATURE =
            "TjX+CEAZK2CXcKy3RrdEExcWbe/F5IBGY6aWDI1bredOrIy1Z93XH40o8j1PlQwAhtc6vq7ISS8PBmfXs8I6jXBBLD"
                    + "7xUDqEgubtc1cIJ0jfEpf9JUg+hCb7DBNUa56LeOeYv1mADv/YTZBCIh7GImTb9oiornerH9Cw0LxKXXJAnSOSfotD"
                    + "VUFV+Ww0PZTdSLTua0hkVkn7g8vr5b03JDzedPuNGuOhYP4V5p0WEEdSMIj6SeOcKMO24/WbA+5gnzvtjzVDh08sGG"
                    + "guyNhFPZd8wXocY64Q2WA5lZ7Ck1c+e1E9qBVP73u5xabHHiwI7o5F8smdeIrg2AYSPr5kdw==";
    static final PublicKey ED25519 =
            key("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAZVXk9RnjpDfc1iyf3tFGAp6p2ymZPdSvnNtBSpm7f/M=\n--"
                    + "---END PUBLIC KEY-----");
    static final String ED25519_SIGNATURE =
            "iQpd4RCwD7vOQc8X875y9NOvQQqLHVKhzBPfyeIELctFkh199xdcA9rKYnQxTRhZymOALYvoO4ndysc1uApaCw==";
    static final byte[] BUNDLE =
            bytes("{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\",\"verificationMaterial\":{\"publ"
                    + "icKey\":{\"hint\":\"\"}},\"dsseEnvelope\":{\"payload\":\"eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF"
                    + "0ZW1lbnQvdjEiLCJzdWJqZWN0IjpbeyJkaWdlc3QiOnsic2hhMjU2IjoiZDQ1MTljZjQ0ZWI0ZDlmNGE0OGRhZWQxO"
                    + "TdiMWU1NzRiM2UwYmU4YjQ4MGI4Zjg2MDJmODg0M2YzNzlmZmEwMCJ9fV0sInByZWRpY2F0ZVR5cGUiOiJodHRwczo"
                    + "vL3NpZ3N0b3JlLmRldi9jb3NpZ24vc2lnbi92MSIsInByZWRpY2F0ZSI6e319\",\"payloadType\":\"application/"
                    + "vnd.in-toto+json\",\"signatures\":[{\"sig\":\"MEYCIQDxY6RMmGu5OEej6xWQxRqcDpCBUvO237WkA1EMkrIiRg"
                    + "IhAIWpL7N+JKbYpVkjKH6xrL9uohVIFsPhS9JQ1Owkj6Dd\"}]}}");
    static final String BUNDLE_SHA256 = "d0bd9d9bc90ed8234a28dec92ed43324575e80860571445ab5b89ffcf90cab41";
    static final byte[] SIGNED_MODULE = HexFormat.of()
            .parseHex("0061736d010000000075097369676e6174757265010101016601acc41d7e5f8f3afd22b1900702835abea25dcc"
                    + "0260504c1251fd03b4bf094cdb0143000140f3de84738ce359e8302416b5a66b5c8f52a6003b850d21a424a582"
                    + "5ac66f2ff83c3f78da095e90ba148a6ce6b05ede530bc3c805f81c4684803116bbf420cf070007046e6f746568"
                    + "69");
    static final String SIGNED_MODULE_SHA256 = "00fc85bed8036033ae0c00b19248c0d3ec7b0ed20a0895c2ba1eb966a5fd5f2f";

    private FixedVectors() {}

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static PublicKey key(String pem) {
        return PublicKeys.parse(pem).get(0);
    }
}
