// The filters of the device list: values that occur, with how many devices have each.
import { useQuery } from '@tanstack/react-query'
import type { DeviceFacets } from '../../../../api/contract/index.ts'
import { facetsQuery } from '../../client/queries.ts'
import { Select } from '../../parts/field.tsx'
import { Icon } from '../../parts/icon.tsx'
import { AsOf } from '../../parts/as-of.tsx'
import { plain } from '../../parts/wording.ts'

type FacetName = keyof DeviceFacets

interface FiltersGiven {
  readonly search: { readonly [name in FacetName | 'q' | 'at']?: string }
  readonly change: (next: { [name in FacetName | 'q' | 'at']?: string | undefined }) => void
}

const FACETS: readonly { readonly name: FacetName; readonly all: string }[] = [
  { name: 'category', all: 'All categories' },
  { name: 'segment', all: 'All segments' },
  { name: 'manufacturer', all: 'All manufacturers' },
  { name: 'owner', all: 'All owners' },
]

const shown = (name: FacetName, value: string) => (name === 'category' ? plain(value) : value)

export function DeviceFilters({ search, change }: FiltersGiven) {
  const { data } = useQuery(facetsQuery)
  const chosen = FACETS.filter(({ name }) => search[name])
  return (
    <div className="tools">
      {FACETS.map(({ name, all }) => {
        const values = data?.[name] ?? []
        const value = search[name] ?? ''
        if (values.length === 0 && value === '') return null
        return (
          <Select
            key={name}
            quiet
            label={all}
            value={value}
            choose={(next) => change({ [name]: next || undefined })}
          >
            <option value="">{all}</option>
            {value !== '' && !values.some((one) => one.value === value) && (
              <option value={value}>{shown(name, value)}</option>
            )}
            {values.map((one) => (
              <option key={one.value} value={one.value}>
                {shown(name, one.value)} ({one.devices})
              </option>
            ))}
          </Select>
        )
      })}
      <AsOf at={search.at} change={(at) => change({ at })} />
      {chosen.length > 0 && (
        <button
          type="button"
          className="chip"
          onClick={() => change(Object.fromEntries(FACETS.map(({ name }) => [name, undefined])))}
        >
          <Icon name="close" />
          Clear filters
        </button>
      )}
    </div>
  )
}
