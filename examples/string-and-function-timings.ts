// A timing may be a handle, the name of a step, or the function that was registered. Names and functions may point forward.
//
//     boil ──┬→ brew ──→ pour
//     grind ─┘           ↑
//     warm ──────────────┘
import { createFlows, type StepContext } from 'millrace';

const coffee = createFlows().registerFlow<{ cups: number }>('coffee');
const bar = coffee.process('bar');

const grind = (s: StepContext<{ cups: number }>) => s.input.cups * 15;
const boil = (s: StepContext<{ cups: number }>) => s.input.cups * 250;
const warm = () => 'warm cups';

// 'brew' and `warm` are registered further down.
const pour = bar.customStep((s) => `${s.result('brew') as string} into ${s.result(warm)}`, 'pour', 'brew', warm);

// A function types its result: `grams` and `millilitres` are numbers.
bar.customStep(
  (s) => {
    const grams = s.result(grind);
    const millilitres = s.result(boil);
    return `${grams} g with ${millilitres} ml`;
  },
  'brew',
  grind,
  boil,
);
bar.parallel(grind, boil, warm);

const result = await coffee.run({ cups: 2 });
console.log(result.value(pour));
console.log(result.value(grind), result.value('boil'), result.value('bar/brew'));

// What only the whole definition can tell is reported all at once.
const wrong = createFlows().registerFlow('wrong').process('bar');
wrong.customStep(() => 1, 'brew', 'bioled');
wrong.customStep(() => 2, 'boiled', 'pour');
wrong.customStep(() => 3, 'pour', 'boiled');
try {
  wrong.flow.compile();
} catch (error) {
  console.log((error as Error).message); // compile throws a FlowDefinitionError
}

// Output:
// 30 g with 500 ml into warm cups
// 30 500 30 g with 500 ml
// flow 'wrong' has 2 problems:
//   - step 'brew' waits for 'bioled', which is not in process 'bar'; did you mean 'boiled'?
//   - steps wait for one another: boiled → pour → boiled; take one of these timings away
