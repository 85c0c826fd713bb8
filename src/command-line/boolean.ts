const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

/** The words that Go's `strconv.ParseBool`, hence skopeo, takes for a boolean. Undefined: none of them. */
export const parseBoolean = (text: string): boolean | undefined => {
  if (TRUE.has(text)) return true;
  return FALSE.has(text) ? false : undefined;
};
