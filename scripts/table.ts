// Plain aligned tables for people.

/** `rows`, the head first, as lines: columns as wide as their widest cell, the first and the `left` ones flush left, the others right. */
export function table(rows: readonly (readonly string[])[], left: readonly number[] = []): string {
    const widths = rows[0].map((_, column) => Math.max(...rows.map(row => row[column].length)));
    const align = (cell: string, column: number) => column === 0 || left.includes(column) ? cell.padEnd(widths[column]) : cell.padStart(widths[column]);
    return rows.map(row => row.map(align).join('  ').trimEnd()).join('\n');
}
