import { stripVTControlCharacters } from 'node:util';

const LINE_BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
const CONTROLS = /[\x00-\x1f\x7f-\x9f]/g;
/** Marks for the direction of writing, and characters without width: with them a text could look like another one. */
const INVISIBLE_CHARACTERS = /[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/**
 * Text from outside (registries, skopeo, file names) in a form that is safe to show: one line that moves no cursor,
 * sets no title and hides nothing. Every display, table, message and label uses this; JSON does not, since it is data.
 */
export const printable = (text: string): string =>
  stripVTControlCharacters(text).replace(LINE_BREAKS, ' ').replace(CONTROLS, '').replace(INVISIBLE_CHARACTERS, '');
