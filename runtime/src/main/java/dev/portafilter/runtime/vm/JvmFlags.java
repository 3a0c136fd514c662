package dev.portafilter.runtime.vm;

import java.lang.management.ManagementFactory;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;

/** What the JVM was started with. */
final class JvmFlags {
    private JvmFlags() {}

    /** Whether methods over 8000 bytes are compiled; true when the JVM does not say, since then it is not HotSpot. */
    static boolean compilesHugeMethods() {
        try {
            Object option = ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=HotSpotDiagnostic"),
                            "getVMOption",
                            new Object[] {"DontCompileHugeMethods"},
                            new String[] {String.class.getName()});
            return !(option instanceof CompositeData data) || "false".equals(data.get("value"));
        } catch (InstanceNotFoundException e) {
            return true;
        } catch (JMException | RuntimeException e) {
            return true;
        }
    }
}
