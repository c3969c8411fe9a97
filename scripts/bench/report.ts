// What a part of the benchmark hands back, and how it is shown: one shape for people (tables) and machines (JSON).
import { judge, type CeilingName } from '../ceilings.ts';
import { table } from '../table.ts';

export interface Column {
    readonly key: string;
    readonly title: string;
    /** Default: thousands separated, at most one decimal. */
    readonly format?: (figure: number) => string;
}

export interface Row {
    readonly name: string;
    /** By column; one that is missing was not measured. */
    readonly figures: Readonly<Record<string, number | undefined>>;
    /** By column. */
    readonly ceilings?: Readonly<Record<string, CeilingName | undefined>>;
}

export interface Section {
    readonly title: string;
    readonly columns: readonly Column[];
    readonly rows: readonly Row[];
    /** What must be known to read the figures. */
    readonly notes?: readonly string[];
}

const plain = (figure: number) => figure.toLocaleString('en', { maximumFractionDigits: 1 });

const MARK = ' !';

/** How a figure stands in a table: alone, or against its ceiling and marked where that is passed. */
function cell(column: Column, { figures, ceilings }: Row): string {
    const figure = figures[column.key];
    if (figure === undefined) return '';
    const format = column.format ?? plain;
    const name = ceilings?.[column.key];
    if (name === undefined) return format(figure);
    const { met, text } = judge(name, figure, format);
    return met ? text : text + MARK;
}

/** The cells of a column; where one is marked the others leave room for it, so that figures stay below each other. */
function cells(column: Column, rows: readonly Row[]): string[] {
    const texts = rows.map(row => cell(column, row));
    return texts.some(text => text.endsWith(MARK)) ? texts.map(text => text.endsWith(MARK) ? text : text + ' '.repeat(MARK.length)) : texts;
}

/** Why a ceiling that is passed is passed, once for each. */
function reasons({ rows, columns }: Section): string[] {
    const lines = rows.flatMap(row => columns.flatMap(({ key, format = plain }) => {
        const figure = row.figures[key];
        const name = row.ceilings?.[key];
        if (figure === undefined || name === undefined) return [];
        const { met, held, reached } = judge(name, figure);
        if (met) return [];
        return [reached ? `! ${name} ${held ? 'is held at' : 'has passed even'} ${format(reached.figure)}: ${reached.why}` : `! ${name} is not met`];
    }));
    return [...new Set(lines)];
}

export function show(section: Section): string {
    const { title, columns, rows, notes = [] } = section;
    const body = columns.map(column => [column.title, ...cells(column, rows)]);
    const lines = ['', ...rows.map(row => row.name)].map((name, index) => [name, ...body.map(column => column[index])]);
    return [title, table(lines), ...reasons(section), ...notes].join('\n');
}

/** The same for machines: figures as they are, with the verdict beside those that have a ceiling. */
export function plainData({ title, rows, notes }: Section): object {
    return {
        title,
        rows: rows.map(({ name, figures, ceilings = {} }) => ({
            name,
            ...figures,
            ceilings: Object.fromEntries(Object.entries(ceilings).flatMap(([key, ceiling]) => {
                const figure = figures[key];
                if (figure === undefined || ceiling === undefined) return [];
                const { design, reached, met, held } = judge(ceiling, figure);
                return [[key, { ceiling, design, reached: reached?.figure, met, held }]];
            })),
        })),
        notes,
    };
}
