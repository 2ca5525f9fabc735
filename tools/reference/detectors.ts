// docs/reference/detectors.md, from what the detector plug-ins say of themselves.
import { loadDetectors, type Detector } from '../../src/detect/index.ts'
import { code, page, table } from './markdown.ts'

function section(detector: Detector): string {
  const limits = detector.limits.map(({ name, value, unit, why }) => [
    name,
    `${value.toLocaleString('en')} ${unit}`,
    why,
  ])
  return [
    `## ${detector.id}`,
    `**${detector.title}.** ${detector.why}`,
    `*What to do:* ${detector.respond}`,
    `*When it is wrong:* ${detector.falsePositives}`,
    table(['limit', 'value', 'why'], limits),
  ].join('\n\n')
}

export async function detectorsPage(): Promise<string> {
  const detectors = await loadDetectors()
  const rows = detectors.map(({ id, title, severity, techniques }) => [
    `[${code(id)}](#${id})`,
    title,
    severity,
    techniques.join(', '),
  ])
  const about =
    'What Thingward looks for. A finding says what was expected, what was seen, and which frames ' +
    'show it; its severity can differ from the usual one given here. Techniques are those of ' +
    'MITRE ATT&CK.'
  const head = ['detector', 'finds', 'usual severity', 'techniques']
  return page('Detectors', about, table(head, rows), ...detectors.map(section))
}
