/**
 * What operators write, and what it means: resources in YAML become plugins in order, or an error that names the
 * line.
 *
 * <p>Start from {@link ResourceReader}, which turns a file or directory into a {@link ResourceSet}: valid resources with
 * their {@link dev.portafilter.runtime.plugin.PluginSpec}, and every {@link Problem} of the others. {@link Selection}
 * tells which of them apply to a {@link Workload}, in which order, and why the others do not; {@link TieBreaking} is the
 * part of the order that can be chosen. {@link Explanation} says all of that, for people. {@link ModuleLocator} is where
 * sources of modules other than files come in.
 *
 * <p>How text is read: {@code YamlDocuments} and {@code JsonDocuments} make a tree of {@code Node}s with positions, within
 * {@code ReadLimits}; {@code WasmPluginReader} and the readers beside it check the tree through {@code Field}s, which know
 * their path; {@code JsonText} writes what the plugin gets. The rules are numbered as in section 1.5 of the WasmPlugin
 * reference. Beside the classes lie JSON Schemas for editors: one for each kind, and {@code extensions.schema.json} for all.
 *
 * <p>{@link Migration} writes resources as the kinds that came after theirs. {@link Manifest} is what an image of a {@link
 * ServiceMeshExtension} says about itself: {@link PluginResource#withManifest} puts it to use.
 *
 * <p>One rule for relative {@code file://} paths: they are resolved against {@link ReadOptions#baseDirectory}, which is the
 * directory of the configuration file unless it is set; never against the directory of the process.
 *
 * <p>A host that is in no mesh takes {@link Workload#any()}: namespaces, selectors and target references do not count there
 * (the last two with a warning), while {@code match} and {@code type} do.
 */
@NullMarked
package dev.portafilter.resources;

import org.jspecify.annotations.NullMarked;
