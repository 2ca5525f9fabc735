// The report's looks: system fonts, light and dark, readable on a phone and on paper.

export const STYLE = `
:root{color-scheme:light dark;--ink:#16202c;--soft:#5b6877;--line:#d9dfe6;--page:#f5f7f9;
--card:#fff;
--accent:#0b6e66;--accent-soft:#d5ece9;--critical:#9f1239;--high:#c2410c;--medium:#a16207;
--low:#1d5fa8;--info:#5b6877}
@media(prefers-color-scheme:dark){:root{--ink:#e7edf3;--soft:#9aa8b6;--line:#2c3743;--page:#10161d;
--card:#18212b;
--accent:#4fd1c1;--accent-soft:#173b39;--critical:#fb7185;--high:#fb923c;--medium:#facc15;
--low:#7cc0ff;--info:#9aa8b6}}
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1180px;margin:0 auto;padding:24px 20px 80px}
h1{font-size:26px;margin:8px 0 2px;letter-spacing:-.01em}h2{font-size:18px;margin:36px 0 12px}
h3{font-size:15px;margin:16px 0 6px}p{margin:6px 0}.soft{color:var(--soft)}.small{font-size:13px}
code,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:13px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:20px 0}
.tile{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:14px 16px}
.tile b{display:block;font-size:26px;line-height:1.15}.tile.alert b{color:var(--high)}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:14px 16px;
margin:10px 0}
.finding{border-left:5px solid var(--info)}
.finding.critical{border-left-color:var(--critical)}.finding.high{border-left-color:var(--high)}
.finding.medium{border-left-color:var(--medium)}.finding.low{border-left-color:var(--low)}
.badge{display:inline-block;border:1px solid currentColor;border-radius:99px;padding:0 8px;
font-size:12px;
font-weight:600;text-transform:uppercase;letter-spacing:.03em}
.badge.critical{color:var(--critical)}.badge.high{color:var(--high)}
.badge.medium{color:var(--medium)}
.badge.low{color:var(--low)}.badge.info{color:var(--info)}
dl.pairs{display:grid;grid-template-columns:max-content 1fr;gap:2px 14px;margin:8px 0}
dl.pairs dt{color:var(--soft)}
dl.pairs dd{margin:0;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%}th{text-align:left;color:var(--soft);font-weight:500;
font-size:13px}
th,td{padding:5px 10px 5px 0;border-bottom:1px solid var(--line);vertical-align:top;
overflow-wrap:anywhere}
details.device{background:var(--card);border:1px solid var(--line);border-radius:10px;margin:8px 0}
details.device>summary{display:grid;grid-template-columns:minmax(150px,2fr) 1fr 1.3fr 1.6fr 90px;
gap:10px;
padding:10px 16px;cursor:pointer;list-style:none;align-items:baseline}
details.device>summary::-webkit-details-marker{display:none}
details.device>summary:focus-visible,a:focus-visible,
input:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
details.device[open]>summary{border-bottom:1px solid var(--line)}
details.device>div{padding:8px 16px 16px}
.bar{display:inline-block;width:64px;height:7px;border-radius:4px;background:var(--line);
vertical-align:middle;margin-right:6px}
.bar i{display:block;height:100%;border-radius:4px;background:var(--accent)}
input[type=search]{width:100%;max-width:420px;font:inherit;padding:8px 12px;
border:1px solid var(--line);border-radius:8px;
background:var(--card);color:var(--ink)}
svg{max-width:100%;height:auto;display:block}svg text{fill:var(--ink);font-size:12px}
svg .faint{fill:var(--soft)}
.area{fill:var(--accent-soft);stroke:var(--accent);stroke-width:1.5}.mark{stroke-width:2}
.link{fill:none;stroke:var(--accent);opacity:.35}.link:hover{opacity:1}.node{fill:var(--accent)}
.mark.critical,.mark.high{stroke:var(--high)}.mark.medium{stroke:var(--medium)}
.mark.low,.mark.info{stroke:var(--low)}
.scroll{overflow-x:auto}a{color:var(--accent)}
@media(max-width:760px){details.device>summary{grid-template-columns:1fr 1fr}}
@media print{body{background:#fff}details.device{break-inside:avoid}.tools{display:none}}
`

/**
 * Filters the device list while typing; opens the device named in the address. The only script
 * there is.
 */
export const SCRIPT = `
const box=document.getElementById('filter'),rows=[...document.querySelectorAll('details.device')],
count=document.getElementById('shown');
const apply=()=>{const words=box.value.toLowerCase().split(/\\s+/).filter(Boolean);let shown=0;
for(const row of rows){const text=row.dataset.text;
const fits=words.every(word=>text.includes(word));
row.hidden=!fits;if(fits)shown++}count.textContent=shown+' of '+rows.length};
box.addEventListener('input',apply);
const open=()=>{const row=location.hash&&document.getElementById(location.hash.slice(1));
if(row&&row.tagName==='DETAILS'){row.hidden=false;row.open=true;row.scrollIntoView()}};
addEventListener('hashchange',open);open();apply();
`
