/** Both pages have a background of their own, so that a picture is legible wherever it is shown. */
const STYLE = `svg { --ink: #1f2328; --paper: #fff; --shade: #eaeef2; --ours: #0969da; --others: #6e7781; --lost: #cf222e }
@media (prefers-color-scheme: dark) {
  svg { --ink: #e6edf3; --paper: #0d1117; --shade: #262c36; --ours: #4493f8; --others: #9198a1; --lost: #f85149 }
}
svg { font: 13px sans-serif; fill: var(--ink) }
.paper { fill: var(--paper) } .shade { fill: var(--shade) }
.ours { fill: var(--ours); stroke: var(--ours) } .others { fill: var(--others); stroke: var(--others) } .lost { stroke: var(--lost) }
rect { stroke: none } .dashed { stroke-width: 4; stroke-dasharray: 4 1 } .end { text-anchor: end } .middle { text-anchor: middle } .strong { font-weight: bold }`;

/** A picture of its own, without scripts or fonts. Classes are those of the style. */
export const svg = (title: string, width: number, height: number, shapes: readonly string[]): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${title}</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="paper" width="${width}" height="${height}"/>`,
    ...shapes,
    '</svg>',
    '',
  ].join('\n');

export const text = (x: number, y: number, words: string, style = ''): string =>
  `<text x="${round(x)}" y="${round(y)}"${style && ` class="${style}"`}>${words}</text>`;

export const rectangle = (x: number, y: number, width: number, height: number, style: string): string =>
  `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" class="${style}"/>`;

const round = (value: number): number => Math.round(value * 10) / 10;
