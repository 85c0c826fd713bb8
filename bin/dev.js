#!/usr/bin/env node
// Runs the sources as they are: Node strips the types.
import '../src/boot/sources.ts';
