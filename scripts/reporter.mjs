/**
 * Reporter for `node --test`: one line per failed test with its error, one per file, and a closing line
 * `N passed, N failed` that scripts can read.
 */
export default async function* report(source) {
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  for await (const { type, data } of source) {
    if (type === 'test:stderr' || type === 'test:stdout') {
      yield data.message;
    } else if (type === 'test:pass' || type === 'test:fail') {
      const isSuite = data.details?.type === 'suite';
      const isFile = data.nesting === 0 && data.name.endsWith('.ts');
      if (type === 'test:fail' && !isSuite) {
        const cause = data.details?.error?.cause ?? data.details?.error;
        yield `✖ ${data.file ?? ''} ${data.name}\n${cause?.stack ?? cause}\n${cause?.cause?.stack ?? ''}\n`;
      }
      if (isSuite || isFile) continue;
      if (data.skip !== undefined || data.todo !== undefined) {
        skipped++;
        yield `- ${data.name} (skipped: ${data.skip ?? data.todo})\n`;
      } else if (type === 'test:pass') passed++;
      else failed++;
    }
  }
  yield `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`;
}
