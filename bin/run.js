#!/usr/bin/env node
import '../dist/skopeo-wrapper.cjs';
