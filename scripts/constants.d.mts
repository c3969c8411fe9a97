export declare function constants(texts: boolean): Record<string, string>;
