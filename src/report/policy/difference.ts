// `thingward policy diff`: maker, learnt and observed side by side, with a proposal what to trim.
import { ruleText } from '../../policy/index.ts'
import type { Difference, DifferenceLine, Extent, LineKind } from '../../policy/index.ts'
import type { PolicyDevice } from '../../policy/index.ts'
import { countText } from '../held.ts'
import { safeText, tableLines } from '../table.ts'
import { ANSWER_VERSION, fileJson, fileText, withoutLines } from './answered.ts'
import type { Answered, AnsweredBy } from './answered.ts'

/** One device's comparison. Without a file of its own its traffic was learnt from. */
export interface DeviceDifferenceReport {
  readonly device: PolicyDevice
  readonly maker?: AnsweredBy
  readonly own?: AnsweredBy
  readonly difference: Difference
}

const KIND_WORDS: { readonly [kind in LineKind]: string } = {
  agreed: '',
  'too-wide': 'wider than what is used: narrow it',
  unused: 'nothing used it: trim it',
  implied: 'permitted to everybody anyhow',
  missing: 'the maker does not permit it',
  new: 'neither learnt nor permitted',
}

const EXTENT_WORDS: { readonly [extent in Extent]: string } = {
  all: 'yes',
  partly: 'partly',
  no: 'no',
}

const extent = (of: Extent | undefined) => (of ? EXTENT_WORDS[of] : '–')

/** The three columns for each device, as lines of at most `width` columns. */
export function differenceLines(
  answered: Answered<DeviceDifferenceReport>,
  width: number,
): string[] {
  const devices = answered.answers.flatMap((one) => ['', ...deviceLines(one, width)])
  return [...devices.slice(1), ...withoutLines(answered)]
}

function deviceLines(report: DeviceDifferenceReport, width: number): string[] {
  const { device, maker, own, difference } = report
  const makers = maker ? `the maker's ${fileText(maker)}` : "no maker's file"
  const learnt = own ? `learnt: ${fileText(own)}` : 'learnt from this traffic'
  return [
    safeText(`${device.id}  ${device.name}: ${makers}; ${learnt}`),
    ...tableLines(
      difference.lines,
      [
        { title: '  PERMISSION', of: (line) => `  ${ruleText(line.rule)}` },
        { title: 'MAKER', of: (line) => extent(line.maker) },
        { title: 'LEARNT', of: (line) => extent(line.learnt) },
        { title: 'OBSERVED', of: observed },
        { title: '', of: (line) => KIND_WORDS[line.kind] },
      ],
      width,
    ),
    ...proposalLines(report).map(safeText),
  ]
}

const observed = ({ flows, bytes }: DifferenceLine) =>
  flows === 0 ? '–' : `${countText(flows, 'flow')}, ${countText(bytes, 'byte')}`

function proposalLines({ difference: { lines, trimmed, cautions } }: DeviceDifferenceReport) {
  const of = (kind: LineKind) => lines.filter((line) => line.kind === kind).length
  const [unused, wide, missing] = [of('unused'), of('too-wide'), of('missing') + of('new')]
  const proposal = trimmed
    ? [
        `  proposal: ${countText(trimmed.rules.length, 'permission')} instead of ` +
          `${of('agreed') + of('implied') + unused + wide}: ${unused} unused left out, ` +
          `${wide} narrowed${missing > 0 ? `; ${missing} missing, for a person to decide` : ''}`,
      ]
    : []
  return [...proposal, ...cautions.map((one) => `  but: ${one}`)]
}

/** The same as one JSON document. */
export const differenceDocument = (
  { answers, without }: Answered<DeviceDifferenceReport>,
  version: string,
) => ({
  schemaVersion: ANSWER_VERSION,
  thingward: version,
  devices: answers.map(({ device, maker, own, difference }) => ({
    device: device.id,
    name: device.name,
    macs: device.macs,
    addresses: device.addresses,
    ...(maker && { maker: fileJson(maker) }),
    ...(own && { learnt: fileJson(own) }),
    lines: difference.lines.map((line) => ({ ...line, text: ruleText(line.rule) })),
    ...(difference.trimmed && { trimmed: difference.trimmed }),
    cautions: difference.cautions,
  })),
  without: without.map(({ id, name }) => ({ device: id, name })),
})
