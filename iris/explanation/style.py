"""The style sheet of the explanation's page."""

STYLE = """
:root{--ink:#17202b;--soft:#5d6b7a;--line:#dfe5eb;--ground:#f3f5f8;--card:#fff;--good:#11845b;--bad:#c6392c;--bar:#2f7fd1}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);
font:15px/1.5 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif}
main{max-width:1180px;margin:0 auto;padding:1.5rem}
header{display:flex;flex-wrap:wrap;gap:1rem 2rem;justify-content:space-between;align-items:center;margin-bottom:1rem}
header>div{display:flex;gap:1rem;align-items:center;flex-wrap:wrap}
h1{font-size:1.35rem;margin:0;overflow-wrap:anywhere}h1 small{color:var(--soft);font-weight:400;font-size:.95rem}
h2{font-size:1rem;margin:1.1rem 0 .5rem}
.en{color:var(--soft)}
.verdict{margin:0;padding:.2rem .8rem;border-radius:99px;font-weight:600;color:#fff;background:var(--good)}
.verdict.bad{background:var(--bad)}.verdict .en,.verdict code{color:#fff;font-weight:400}
header ol{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;list-style:none;margin:0;padding:0;font-size:.88rem}
header li::before{content:"✓";color:var(--good);font-weight:700;margin-right:.3rem}
header li.failed{opacity:.75}header li.failed::before{content:"✕";color:var(--bad)}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1rem 1.1rem;margin-bottom:1rem}
.upper{display:grid;grid-template-columns:minmax(0,1.9fr) minmax(17rem,1fr);gap:1rem}
@media(max-width:820px){.upper{grid-template-columns:1fr}}
.stack{position:relative;border-radius:8px;overflow:hidden;background:#0d131a;margin-top:.5rem}
.stack img{display:block;width:100%}.layer{position:absolute;inset:0}
.eye label{font-size:.88rem;margin:0 1rem 0 .25rem}
#lines:not(:checked)~.stack .lines,#cover:not(:checked)~.stack .cover{visibility:hidden}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;list-style:none;margin:.7rem 0 0;padding:0;font-size:.86rem}
.legend i{display:inline-block;width:.85em;height:.85em;border:3px solid;border-radius:3px;margin-right:.35rem;
vertical-align:-.08em}
.words{border-radius:8px;padding:.7rem .9rem;background:#fdecea;border-left:4px solid var(--bad);margin-bottom:.8rem}
.words p{margin:.1rem 0}.words p:first-child{font-weight:600}
.missed{color:var(--bad);margin:.3rem 0;font-size:.92rem}
.gauge{margin:.55rem 0}.gauge p{margin:0 0 .2rem;font-size:.9rem;overflow:hidden}.gauge b{float:right}
.bar{position:relative;height:.55rem;border-radius:99px;background:#e6ebf1}
.bar span{display:block;height:100%;border-radius:99px;background:var(--bar)}
.bar u{position:absolute;top:-.22rem;bottom:-.22rem;width:2px;background:var(--ink)}
table{border-collapse:collapse;width:100%;margin-top:1rem;font-size:.9rem}
td,th{padding:.25rem .4rem;border-bottom:1px solid var(--line);text-align:right;font-variant-numeric:tabular-nums}
td:first-child,th:first-child{text-align:left}
figure{margin:0 0 .7rem}figcaption{font-size:.88rem;margin-bottom:.2rem}
figure img{display:block;width:100%;border-radius:6px;image-rendering:pixelated}
.angles{display:grid;grid-template-columns:repeat(8,1fr);font-size:.78rem;color:var(--soft)}
.measures{display:grid;grid-template-columns:repeat(auto-fit,minmax(30rem,1fr));gap:.35rem 2rem}
.measure{display:grid;grid-template-columns:15rem 1fr 4rem;gap:0 .7rem;align-items:center;font-size:.9rem}
.measure p{margin:0}.measure b{font-variant-numeric:tabular-nums;font-weight:600}
.measure small{grid-column:2/4;color:var(--soft);line-height:1;text-align:right;min-height:.9rem}
.measure b{text-align:right;white-space:nowrap}
.broken b,.broken p,.broken .en{color:var(--bad)}.broken .bar span{background:var(--bad)}
.note,footer{font-size:.82rem;color:var(--soft);margin:.5rem 0 0}
code{font:.9em ui-monospace,monospace}
@media(max-width:560px){.measures{grid-template-columns:1fr}.measure{grid-template-columns:9rem 1fr 4rem}}
"""
