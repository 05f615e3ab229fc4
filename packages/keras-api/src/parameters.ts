/** Parameters: the options that a class has defaults for. */

/** Those options that have defaults, with the default where there is none. */
export function parametersOf<O extends object>(options: O, defaults: O): O {
  const entries = (Object.keys(defaults) as (keyof O)[]).map((key) => [key, options[key] === undefined ? defaults[key] : options[key]]);
  return Object.fromEntries(entries) as O;
}
