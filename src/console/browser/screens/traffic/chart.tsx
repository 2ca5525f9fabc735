// The picture of traffic over time as SVG: an area, an axis with round numbers, marks for findings;
// dragging chooses a span.
import { useRef, useState, type PointerEvent } from 'react'
import type { FindingItem } from '../../../../api/contract/index.ts'
import { localTime, size } from '../../parts/wording.ts'
import { ticks, type Measure, type Series } from './series.ts'
import { useWidth } from './width.ts'

const HEIGHT = 340
const EDGE = { left: 66, right: 10, top: 12, bottom: 26 }
const FLOOR = HEIGHT - EDGE.bottom
const DRAG_MIN = 8
/** Half a label at the right end of the axis. */
const LABEL = 34

interface ChartGiven {
  readonly series: Series
  readonly measure: Measure
  readonly findings: readonly FindingItem[]
  readonly zoom: (span: { from: string; to: string }) => void
}

interface Scale {
  readonly width: number
  readonly x: (time: number) => number
  readonly y: (value: number) => number
  readonly time: (x: number) => number
}

function scaleOf({ from, to, top }: Series, width: number): Scale {
  const wide = Math.max(1, width - EDGE.left - EDGE.right)
  return {
    width,
    x: (time) => EDGE.left + (wide * (time - from)) / (to - from),
    y: (value) => FLOOR - ((FLOOR - EDGE.top) * value) / top,
    time: (x) => from + ((x - EDGE.left) / wide) * (to - from),
  }
}

const valueText = (value: number, measure: Measure) =>
  measure === 'bytes' ? `${size(value)}/s` : `${Number(value.toPrecision(3))}/s`

export function Chart({ series, measure, findings, zoom }: ChartGiven) {
  const box = useRef<HTMLDivElement>(null)
  const width = useWidth(box)
  const scale = scaleOf(series, width)
  const { at, drag, handlers } = usePointer(scale, zoom)
  const most = Math.max(...series.values)
  const marks = findings.filter((one) => {
    const time = Date.parse(one.time)
    return time >= series.from && time <= series.to
  })
  const label =
    `${measure} per second from ${localTime(new Date(series.from).toISOString())} to ` +
    `${localTime(new Date(series.to).toISOString())}: at most ${valueText(most, measure)}; ` +
    `${marks.length} findings`
  return (
    <div ref={box} className="chart">
      <svg
        width={width}
        height={HEIGHT}
        viewBox={`0 0 ${width} ${HEIGHT}`}
        role="img"
        aria-label={label}
        {...handlers}
      >
        <Axes series={series} scale={scale} measure={measure} />
        <path className="area" d={areaPath(series, scale)} />
        <path className="edge" d={edgePath(series, scale)} />
        {marks.map((one) => (
          <line
            key={one.id}
            className={`mark ${one.severity}`}
            x1={scale.x(Date.parse(one.time))}
            x2={scale.x(Date.parse(one.time))}
            y1={EDGE.top}
            y2={FLOOR}
          >
            <title>{`${one.title}, ${localTime(one.time)}`}</title>
          </line>
        ))}
        {drag && (
          <rect
            className="drag"
            x={Math.min(...drag)}
            width={Math.abs(drag[1] - drag[0])}
            y={EDGE.top}
            height={FLOOR - EDGE.top}
          />
        )}
        {at !== undefined && !drag && (
          <line className="cursor" x1={at} x2={at} y1={EDGE.top} y2={FLOOR} />
        )}
      </svg>
      {at !== undefined && <Reading series={series} scale={scale} measure={measure} at={at} />}
    </div>
  )
}

interface ReadingGiven {
  readonly series: Series
  readonly scale: Scale
  readonly measure: Measure
  readonly at: number
}

function Reading({ series, scale, measure, at }: ReadingGiven) {
  const index = Math.floor((scale.time(at) - series.from) / series.stepMs)
  const value = series.values[index]
  if (value === undefined) return null
  const left = Math.min(Math.max(at, 90), scale.width - 100)
  return (
    <div className="reading" style={{ left }} aria-hidden="true">
      <b>{valueText(value, measure)}</b>
      <span>{localTime(new Date(series.from + index * series.stepMs).toISOString())}</span>
    </div>
  )
}

/** The pointer's place, the span being drawn, and what to put on the picture. */
function usePointer(scale: Scale, zoom: ChartGiven['zoom']) {
  const [at, setAt] = useState<number>()
  const [drag, setDrag] = useState<[number, number]>()
  const place = (event: PointerEvent<SVGSVGElement>) => {
    const { left } = event.currentTarget.getBoundingClientRect()
    return Math.min(Math.max(event.clientX - left, EDGE.left), scale.width - EDGE.right)
  }
  const handlers = {
    onPointerMove: (event: PointerEvent<SVGSVGElement>) => {
      setAt(place(event))
      if (drag) setDrag([drag[0], place(event)])
    },
    onPointerLeave: () => setAt(undefined),
    onPointerDown: (event: PointerEvent<SVGSVGElement>) => {
      if (event.pointerType === 'touch' || event.button !== 0) return
      event.currentTarget.setPointerCapture(event.pointerId)
      setDrag([place(event), place(event)])
    },
    onPointerUp: () => {
      setDrag(undefined)
      if (!drag || Math.abs(drag[1] - drag[0]) < DRAG_MIN) return
      const iso = (x: number) => new Date(Math.round(scale.time(x))).toISOString()
      zoom({ from: iso(Math.min(...drag)), to: iso(Math.max(...drag)) })
    },
    onPointerCancel: () => setDrag(undefined),
  }
  return { at, drag, handlers }
}

function Axes({ series, scale, measure }: Omit<ReadingGiven, 'at'>) {
  const lines = [0, 0.5, 1].map((part) => part * series.top)
  const times = ticks(series.from, series.to, Math.max(2, Math.floor(scale.width / 130))).filter(
    (time) => scale.x(time) < scale.width - LABEL,
  )
  const days = series.to - series.from > 36 * 3_600_000
  return (
    <g className="axes">
      {lines.map((value) => (
        <g key={value}>
          <line
            x1={EDGE.left}
            x2={scale.width - EDGE.right}
            y1={scale.y(value)}
            y2={scale.y(value)}
          />
          <text x={EDGE.left - 8} y={scale.y(value) + 4} textAnchor="end">
            {valueText(value, measure)}
          </text>
        </g>
      ))}
      {times.map((time) => (
        <text key={time} x={scale.x(time)} y={HEIGHT - 8} textAnchor="middle">
          {days
            ? localTime(new Date(time).toISOString()).slice(5, 16)
            : localTime(new Date(time).toISOString()).slice(11, series.stepMs < 60_000 ? 19 : 16)}
        </text>
      ))}
    </g>
  )
}

const steps = ({ from, stepMs, values }: Series, { x, y }: Scale): string =>
  values
    .map(
      (value, at) =>
        `L${x(from + at * stepMs).toFixed(1)},${y(value).toFixed(1)}` +
        `H${x(from + (at + 1) * stepMs).toFixed(1)}`,
    )
    .join('')

const areaPath = (series: Series, scale: Scale): string =>
  `M${scale.x(series.from)},${scale.y(0)}${steps(series, scale)}V${scale.y(0)}Z`

const edgePath = (series: Series, scale: Scale): string =>
  `M${scale.x(series.from)},${scale.y(0)}${steps(series, scale)}`
