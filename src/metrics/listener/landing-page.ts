import type { Answer } from './answer.ts';

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** The page that someone who opens the address in a browser sees: what this is, and where the metrics are. */
export const landingPage = ({ version, telemetryPath }: { version: string; telemetryPath: string }): Answer => ({
  status: 200,
  headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': "default-src 'none'" },
  body: `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>skopeo-wrapper</title></head>
<body>
<h1>skopeo-wrapper</h1>
<p>Version ${escapeHtml(version)}</p>
<ul>
<li><a href="${escapeHtml(telemetryPath)}">Metrics</a></li>
<li><a href="/-/healthy">Health</a></li>
</ul>
</body>
</html>
`,
});
