// Questions two and three: the networks that are ours, their segments, and which are industrial.
import type { Network } from '../../../../api/contract/index.ts'
import type { Refusal } from '../../client/request.ts'
import { Icon } from '../../parts/icon.tsx'

interface NetworksGiven {
  readonly networks: readonly Network[]
  readonly change: (networks: readonly Network[]) => void
  readonly wrong: Refusal | undefined
}

const BLANK: Network = { prefix: '', segment: '', ot: false }

export function Networks({ networks, change, wrong }: NetworksGiven) {
  const rows = networks.length > 0 ? networks : [BLANK]
  const set = (at: number, part: Partial<Network>) =>
    change(rows.map((row, index) => (index === at ? { ...row, ...part } : row)))
  return (
    <fieldset className="question">
      <legend>2. Which networks are yours, and 3. which of them are industrial?</legend>
      <p className="soft small">
        One line a network. Industrial (OT) ones are never probed and judged more strictly. Leave
        the table empty to take every private address for yours.
      </p>
      {rows.map((row, at) => (
        <NetworkRow
          key={at}
          at={at}
          network={row}
          wrong={wrong?.fields[`networks/${at}/prefix`]}
          set={(part) => set(at, part)}
          remove={() => change(rows.filter((_, index) => index !== at))}
        />
      ))}
      <div>
        <button type="button" className="button tight" onClick={() => change([...rows, BLANK])}>
          Add a network
        </button>
      </div>
    </fieldset>
  )
}

interface RowGiven {
  readonly at: number
  readonly network: Network
  readonly wrong: string | undefined
  readonly set: (part: Partial<Network>) => void
  readonly remove: () => void
}

const NetworkRow = ({ at, network, wrong, set, remove }: RowGiven) => (
  <div className="network-row">
    <input
      className="input mono"
      aria-label={`Network ${at + 1}: prefix`}
      aria-invalid={wrong ? true : undefined}
      placeholder="192.168.50.0/24"
      value={network.prefix}
      onChange={(event) => set({ prefix: event.target.value.trim() })}
    />
    <input
      className="input"
      aria-label={`Network ${at + 1}: segment`}
      placeholder="Segment, e.g. Production"
      required={network.prefix !== ''}
      value={network.segment}
      onChange={(event) => set({ segment: event.target.value })}
    />
    <label>
      <input
        type="checkbox"
        checked={network.ot}
        onChange={(event) => set({ ot: event.target.checked })}
      />{' '}
      OT<span className="hidden-text"> (network {at + 1} is industrial)</span>
    </label>
    <button
      type="button"
      className="button bare icon-only"
      aria-label={`Remove network ${at + 1}`}
      onClick={remove}
    >
      <Icon name="close" />
    </button>
  </div>
)
