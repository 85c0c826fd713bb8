import { execa } from 'execa';

/** Unit tests of rules by the real promtool: for each file, whether all of its tests passed. */
export const testRules = async (
  files: readonly string[],
): Promise<{ passed: Map<string, boolean>; output: string }> => {
  const { all } = await execa('promtool', ['test', 'rules', ...files], { all: true, reject: false });
  const passed = new Map<string, boolean>();
  for (const section of all.split(/^Unit Testing: {2}/m).slice(1)) {
    const [file = '', verdict = ''] = section.split('\n');
    passed.set(file.trim(), verdict.trim() === 'SUCCESS');
  }
  return { passed, output: all };
};
