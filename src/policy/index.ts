// What devices may do: the one policy form, MUD, learning, verdicts, replay, difference. The door of this folder.
export * from './form.ts'
export * from './wording.ts'
