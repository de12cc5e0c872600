/// How the page looks: light, dark where the reader's screen is, and always light on paper.
enum PageStyle {
    static let sheet = """
        :root { --ink: #1c2128; --dim: #57606a; --paper: #ffffff; --panel: #f5f7f9; --line: #d5dbe1; --good: #1a7f4b;
          --bad: #b42318; --warn: #8a5a00; --accent: #2f5fb3; --wire: #98a2ad; }
        @media screen and (prefers-color-scheme: dark) {
          :root { --ink: #e4e8ec; --dim: #9aa5b1; --paper: #14181d; --panel: #1d232a; --line: #333c46; --good: #56d08f;
            --bad: #ff8a7a; --warn: #e6b450; --accent: #8ab4ff; --wire: #5d6874; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; padding: 1.5rem; max-width: 76rem; background: var(--paper); color: var(--ink);
          font: 15px/1.45 system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; }
        h1 { font-size: 1.6rem; margin: 0 0 .2rem; } h2 { font-size: 1.1rem; margin: 1.8rem 0 .5rem; }
        header p { margin: 0; } .dim, footer { color: var(--dim); } footer { margin-top: 2rem; font-size: .85rem; overflow-wrap: anywhere; }
        .banner { border-left: 4px solid var(--warn); background: var(--panel); padding: .5rem .8rem; margin: 1rem 0 0; }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: .6rem;
          margin-top: 1.2rem; }
        .tile { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: .6rem .8rem; }
        .tile b { display: block; white-space: nowrap; font-size: 1.5rem; line-height: 1.2; } .tile span { color: var(--dim); }
        .tile.bad b { color: var(--bad); } .tile.warn b { color: var(--warn); } .tile.good b { color: var(--good); }
        .wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .9rem; }
        th, td { text-align: left; vertical-align: top; padding: .35rem .6rem .35rem 0;
          border-bottom: 1px solid var(--line); }
        th { color: var(--dim); font-weight: 600; white-space: nowrap; } td { overflow-wrap: anywhere; min-width: 4rem; }
        .findings, .hosts { table-layout: fixed; min-width: 48rem; } .hosts th:nth-child(1) { width: 20%; }
        .hosts th:nth-child(2), .hosts th:nth-child(3) { width: 16%; } .findings th:nth-child(1) { width: 18%; }
        .findings th:nth-child(2) { width: 13%; } .findings th:nth-child(3), .findings th:nth-child(4),
        .findings th:nth-child(5) { width: 8.5%; } .findings th:nth-child(6) { width: 12%; }
        .shares { width: auto; min-width: 60%; }
        code { font: .95em ui-monospace, "DejaVu Sans Mono", monospace; }
        .remedy { color: var(--accent); } .remedy::before { content: "→ "; } em { color: var(--warn); }
        .severity { white-space: nowrap; } .severity.high, .severity.critical { color: var(--bad); font-weight: 600; }
        .bar { display: inline-block; width: 8rem; height: .6rem; background: var(--line); border-radius: 3px; }
        .bar i { display: block; height: 100%; background: var(--good); border-radius: 3px; }
        svg { display: block; font: 13px system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; }
        svg { max-width: 100%; height: auto; } svg text { fill: var(--ink); } svg .dim { fill: var(--dim); } svg .name { font-weight: 600; }
        svg .out { fill: var(--bad); } svg .in { fill: var(--good); } svg .wire { stroke: var(--wire); fill: none; }
        svg .unread { fill: var(--paper); stroke: var(--warn); stroke-width: 2; } svg .context { fill: var(--wire); }
        svg .tag { fill: var(--panel); stroke: var(--wire); } svg .tagtext { font-size: 10px; fill: var(--dim); }
        svg .new { fill: var(--bad); } svg .old { fill: var(--warn); } .tree svg { width: 100%; min-width: 44rem; }
        .tree { overflow-x: auto; margin-bottom: .8rem; } .legend { color: var(--dim); display: flex; flex-wrap: wrap;
          gap: .2rem 1.2rem; margin: 0 0 .4rem; font-size: .9rem; } .legend span { display: flex; align-items: center; }
        @page { margin: 14mm; }
        @media print { body { padding: 0; max-width: none; font-size: 10pt; } h2, .legend { break-after: avoid; }
          .tiles { grid-template-columns: repeat(6, 1fr); } .tile b { font-size: 1.2rem; }
          tr, .tile, .tree svg, .banner { break-inside: avoid; } thead { display: table-header-group; }
          .wide, .tree { overflow: visible; } .tree svg { min-width: 0; } table { font-size: 8.5pt; }
          .findings, .hosts { min-width: 0; }
          * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
        """
}
