/** Something in the making: its fields can still be set. */
export type Draft<Made> = { -readonly [Field in keyof Made]: Made[Field] };
