// The console's first line: style, theme, router.
import './style/tokens.css'
import './style/base.css'
import './style/parts.css'
import './style/shell.css'
import './style/screens.css'
import './style/factors.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { queryClient } from './client/queries.ts'
import { router } from './routes.tsx'
import { applyTheme } from './shell/theme.ts'

applyTheme()
const root = document.querySelector('#root')
if (!root) throw new Error('index.html has no element #root')
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)
