// What would be guessed early is refused; what a person makes up is not.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { isCommon } from './common-passwords.ts'

test('common words, runs, repetition and the own name are seen through', () => {
  const common = [
    ...['password1234', 'Passw0rd!2345', 'PASSWORD-password', 'pässwörd2026!', 'qwertyuiop123'],
    ...['123456789012', '098765432109', 'aaaaaaaaaaaaaa', 'abcabcabcabc', 'thingward2026!'],
    ...['Welcome-to-1234', 'letmein.letmein', 'iloveyou123456', 'Summer2026Summer', 'grace1234567'],
    ...['Grace.Hopper1!', 'asdfghjklasdf', 'adminadmin123', 'x7xx7xx7xx7xx7x', 'ch@ngeM3now!'],
  ]
  const passed = common.filter(
    (each) => !isCommon(each, 'Grace Hopper') && !isCommon(each, 'grace'),
  )
  assert.deepEqual(passed, [])
})

test('what somebody made up passes', () => {
  const own = [
    ...['a sentence is fine', 'a long enough password', 'correct horse battery staple'],
    ...[
      'kV9-mmX2-pqRt',
      'der Igel trinkt Kaffee',
      'my password is an otter',
      '木漏れ日と海の音色を聴く',
    ],
  ]
  assert.deepEqual(
    own.filter((each) => isCommon(each, 'Grace')),
    [],
  )
})
