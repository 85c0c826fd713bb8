/** `exitCode` → `exit_code`: how every name is written in JSON for other programs. */
export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
