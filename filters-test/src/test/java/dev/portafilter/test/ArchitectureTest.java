package dev.portafilter.test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The walls between the rooms. A wall that is in the way is moved here, with the reason in RATIONALE.md. */
class ArchitectureTest {
    /** A package knows only those before it. Each entry but the last stands for its subpackages too. */
    private static final List<String> ORDER = List.of(
            "dev.portafilter.abi..",
            "dev.portafilter.runtime.plugin..",
            "dev.portafilter.runtime.vm..",
            "dev.portafilter.runtime.service..",
            "dev.portafilter.runtime.stream..",
            "dev.portafilter.runtime");

    private static final String[] CORE = {"dev.portafilter.abi..", "dev.portafilter.runtime.."};

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.portafilter");

    @Test
    void classPath_ofThisTest_holdsEveryRoomThatWallsAreAbout() {
        assertThat(CLASSES.stream().map(type -> type.getPackageName()).distinct())
                .contains(
                        "dev.portafilter.abi",
                        "dev.portafilter.runtime.plugin",
                        "dev.portafilter.runtime.vm",
                        "dev.portafilter.runtime.service",
                        "dev.portafilter.runtime.stream",
                        "dev.portafilter.runtime",
                        "dev.portafilter.resources",
                        "dev.portafilter.gateway.standalone");
    }

    @Test
    void packagesOfTheCore_knowOnlyThoseBeforeThem() {
        for (int i = 0; i < ORDER.size() - 1; i++) {
            String[] later = ORDER.subList(i + 1, ORDER.size()).toArray(String[]::new);
            holds(noClasses()
                    .that()
                    .resideInAPackage(ORDER.get(i))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(later));
        }
    }

    @Test
    void core_knowsNoneOfItsUsers() {
        holds(noClasses()
                .that()
                .resideInAnyPackage(CORE)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.portafilter.resources..",
                        "dev.portafilter.registry..",
                        "dev.portafilter.gateway..",
                        "dev.portafilter.cli..",
                        "dev.portafilter.test.."));
    }

    @Test
    void engine_isKnownToTheVmPackageOnly() {
        holds(noClasses()
                .that()
                .resideOutsideOfPackage("dev.portafilter.runtime.vm..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.dylibso.chicory..", "run.endive.."));
    }

    @Test
    void abi_knowsNoLogAndNoNetwork() {
        holds(noClasses()
                .that()
                .resideInAPackage("dev.portafilter.abi..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.slf4j..", "java.net..", "java.nio.channels.."));
    }

    @Test
    void serverLibraries_areKnownToGatewaysOnly_andToWhoPlaysTheirPeers() {
        holds(noClasses()
                .that()
                .resideOutsideOfPackages(
                        "dev.portafilter.gateway..", "dev.portafilter.cli..", "dev.portafilter.test.compare..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.vertx..", "io.netty.."));
    }

    @Test
    void core_hasNoStaticMutableState() {
        holds(fields().that()
                .areDeclaredInClassesThat()
                .resideInAnyPackage(CORE)
                .and()
                .areStatic()
                .should()
                .beFinal());
    }

    @Test
    void core_hasNoThreadLocals() {
        holds(noClasses()
                .that()
                .resideInAnyPackage(CORE)
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ThreadLocal.class));
    }

    /** Checks a rule; a room that is still empty keeps every rule. */
    private static void holds(ArchRule rule) {
        rule.allowEmptyShould(true).check(CLASSES);
    }
}
