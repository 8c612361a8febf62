#include "core/report/html_style.h"

namespace headscope {

std::string_view report_style() {
    return R"css(
:root {
  color-scheme: light dark;
  --page: #ffffff; --text: #1d1d1f; --faint: #5c5c62; --line: #d9d9de; --band: #f5f5f7;
  --accent: #1f5fa5; --note: #fff6e0; --note-line: #b86e00;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #1f2022; --text: #e4e4e6; --faint: #a6a6ac; --line: #47484c; --band: #2a2b2e;
    --accent: #7fb4ec; --note: #33291a; --note-line: #e69f00;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem 1.5rem 4rem; max-width: 66rem;
  background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif;
}
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .4rem; overflow-wrap: anywhere; }
h2 { font-size: 1.35rem; margin: 3rem 0 .6rem; padding-top: .6rem; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
h3 { font-size: 1.05rem; margin: 1.8rem 0 .4rem; overflow-wrap: anywhere; }
p { margin: .4rem 0; }
a { color: var(--accent); }
.faint { color: var(--faint); overflow-wrap: anywhere; }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; margin: 1rem 0 0; padding: 0; }
.notes { background: var(--note); border-left: 4px solid var(--note-line); margin: 1.5rem 0; padding: .6rem 1rem; overflow-wrap: anywhere; }
.notes ul { margin: 0; padding-left: 1.2rem; }
.wide { overflow-x: auto; margin: .8rem 0; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--faint); padding: 0 0 .3rem; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; white-space: nowrap; }
thead th { border-bottom: 2px solid var(--line); font-weight: 600; vertical-align: bottom; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
tbody tr:nth-child(even) { background: var(--band); }
td small { color: var(--faint); font-size: .85em; display: block; }
table.settings { width: 100%; }
table.settings th { font-weight: normal; color: var(--faint); width: 14rem; }
table.settings td { text-align: left; white-space: normal; overflow-wrap: anywhere; }
table.runs { width: 100%; }
table.runs td, table.runs th { white-space: normal; overflow-wrap: anywhere; text-align: left; }
table.runs td:first-child { white-space: nowrap; }
details { margin: .8rem 0; }
summary { cursor: pointer; color: var(--accent); }
figure { margin: 1.5rem 0; }
figure img { display: block; max-width: 100%; height: auto; border: 1px solid var(--line); border-radius: 4px; }
figcaption { color: var(--faint); font-size: .9rem; margin-top: .3rem; }
.dark { display: none; }
@media screen and (prefers-color-scheme: dark) {
  .paired .light { display: none; }
  .paired .dark { display: block; }
}
footer { margin-top: 3rem; padding-top: .6rem; border-top: 1px solid var(--line); color: var(--faint); font-size: .9rem; }
@page { size: A4; margin: 16mm 14mm; }
@media print {
  :root { color-scheme: light; }
  body { padding: 0; max-width: none; font-size: 10pt; }
  nav, details:not([open]) { display: none; }
  a { color: inherit; text-decoration: none; }
  .wide { overflow: visible; }
  table { font-size: 8pt; }
  th, td { padding: .15rem .4rem; }
  h1, h2, h3, caption, summary { break-after: avoid; }
  tr, figure, .notes { break-inside: avoid; }
  thead { display: table-header-group; }
  #similarity figure img { max-height: 122mm; }
  figure img { max-height: 225mm; max-width: 100%; width: auto; border: none; }
  .notes, tbody tr:nth-child(even) { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
)css";
}

}  // namespace headscope
