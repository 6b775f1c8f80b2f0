import flowed from 'flowed';

/** The specification is built once; flowed reads it in every run. Every task provides one value, which its dependents require. */
export function prepare(shape, functions, mode) {
  const tasks = {};
  const resolvers = {};
  shape.deps.forEach((deps, step) => {
    const name = shape.names[step];
    tasks[name] = { requires: deps.map((dep) => shape.names[dep]), provides: [name], resolver: { name, results: { value: name } } };
    resolvers[name] = mode === 'async' ? async () => ({ value: await functions[step](step) }) : () => ({ value: functions[step](step) });
  });
  return () => flowed.FlowManager.run({ tasks }, {}, [], resolvers);
}
