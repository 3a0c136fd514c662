package dev.portafilter.resources;

/** One document: its value, and whether it could be read without an error. */
record Document(Node root, boolean sound) {}
