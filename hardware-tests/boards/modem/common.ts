// The commands that all cellular modems have: V.250, 27.007 and 27.005's errors. A dialect's own come first.
import type { Call } from './call.ts';
import type { Command } from './dialect.ts';
import { PIN_ATTEMPTS } from './modem.ts';
import type { Modem } from './modem.ts';

/** Takes anything, remembers it until the next start, and gives it back when asked. */
export const setting: Command = (modem, call) => {
    if (call.kind === 'set') modem.settings.set(call.name, call.values.join());
    if (call.kind === 'ask') call.line(`${call.name}: ${modem.settings.get(call.name) ?? '0'}`);
    call.ok();
};

/** Takes anything. */
export const accepted: Command = (_modem, call) => call.ok();

const text = (find: (modem: Modem) => string): Command => (modem, call) => {
    call.line(find(modem));
    call.ok();
};

const registration: Command = (modem, call) => {
    if (call.kind === 'set') modem.settings.set(call.name, call.values[0]);
    const state = call.name === '+CGREG' ? modem.cell.gprs ?? modem.registration : modem.registration;
    if (call.kind === 'ask') call.line(`${call.name}: ${modem.settings.get(call.name) ?? '0'},${state}`);
    call.ok();
};

function simError(modem: Modem, call: Call): boolean {
    const { state } = modem.sim;
    if (state === 'absent') call.cme(10);
    else if (state === 'failure') call.cme(13);
    return state === 'absent' || state === 'failure';
}

function pin(modem: Modem, call: Call): void {
    const { sim } = modem;
    if (simError(modem, call)) return;
    if (call.kind === 'ask') {
        if (sim.state === 'tied' && typeof sim.tie === 'number') return call.cme(sim.tie);
        const code = sim.state === 'pin' ? 'SIM PIN' : sim.state === 'puk' ? 'SIM PUK' : sim.state === 'tied' ? sim.tie : 'READY';
        call.line(`+CPIN: ${modem.dialect.quotesCodes && code !== 'READY' ? `"${code}"` : code}`);
        return call.ok();
    }
    if (!/^\d{4,8}$/.test(call.values[0] ?? '')) return call.cme(50);
    if (sim.state !== 'pin') return call.cme(sim.state === 'puk' ? 12 : 3);
    if (call.values[0] === sim.pin) {
        sim.state = 'ready';
        sim.attempts = PIN_ATTEMPTS;
        call.ok();
        return modem.front.announce('+CPIN: READY');
    }
    if (--sim.attempts === 0) sim.state = 'puk';
    call.cme(16);
}

/** 27.007 §8.65. */
export const pinRetries: Command = (modem, call) => {
    if (simError(modem, call)) return;
    const counts = [['SIM PIN', modem.sim.attempts, PIN_ATTEMPTS], ['SIM PUK', 10, 10]] as const;
    const asked = call.kind === 'run' ? counts : counts.filter(([code]) => code === call.values[0]);
    if (asked.length === 0) return call.cme(50);
    for (const [code, left, initial] of asked) call.line(`+CPINR: ${code},${left},${initial}`);
    call.ok();
};

/** A maker's own: one line. */
export const pinCount = (line: (attempts: number) => string): Command => (modem, call) => {
    if (simError(modem, call)) return;
    call.line(line(modem.sim.attempts));
    call.ok();
};

function functionality(modem: Modem, call: Call): void {
    if (call.kind === 'ask') {
        call.line(`+CFUN: ${modem.functionality}`);
        return call.ok();
    }
    const level = call.number(0);
    if (level < 0) return call.cme(50);
    call.ok();
    // 15 and 16 are u-blox's restarts, `,1` everybody's.
    if (call.values[1] === '1' || level > 4) return modem.restart();
    modem.functionality = level;
    if (level !== 1) modem.loseBearer();
}

/** 27.007 §10.1.1: the access point name of a context. */
function context(modem: Modem, call: Call): void {
    if (call.kind === 'set') modem.settings.set('apn', call.values[2] ?? '');
    call.ok();
}

function attach(modem: Modem, call: Call): void {
    if (call.kind === 'ask') call.line(`+CGATT: ${modem.registered ? 1 : 0}`);
    else if (call.number(0) === 1 && !modem.registered) return call.cme(30);
    call.ok();
}

function activate(modem: Modem, call: Call): void {
    if (call.kind === 'ask') {
        call.line(`+CGACT: 1,${modem.bearer ? 1 : 0}`);
        return call.ok();
    }
    if (call.number(0) === 0) {
        modem.dropBearer();
        return call.ok();
    }
    modem.raiseBearer(modem.settings.get('apn') ?? '', up => up ? call.ok() : call.cme(148));
}

export const commonCommands: Readonly<Record<string, Command>> = {
    '': accepted,
    'E': (modem, call) => {
        modem.front.echo = call.values[0] !== '0';
        call.ok();
    },
    'V': (modem, call) => {
        modem.front.verbose = call.values[0] !== '0';
        call.ok();
    },
    'Z': (modem, call) => {
        modem.front.echo = true;
        call.ok();
    },
    '&F': (modem, call) => {
        modem.front.echo = modem.front.verbose = true;
        modem.front.errorForm = 0;
        call.ok();
    },
    'Q': accepted, 'H': accepted, 'X': accepted, 'S': accepted, '&W': accepted, '&C': accepted, '&D': accepted, '&K': accepted,
    'I': (modem, call) => {
        for (const line of modem.dialect.information) call.line(line);
        call.ok();
    },
    '+CMEE': (modem, call) => {
        if (call.kind === 'ask') call.line(`+CMEE: ${modem.front.errorForm}`);
        else modem.front.errorForm = call.number(0);
        call.ok();
    },
    '+CGMI': text(modem => modem.dialect.manufacturer), '+GMI': text(modem => modem.dialect.manufacturer),
    '+CGMM': text(modem => modem.dialect.model), '+GMM': text(modem => modem.dialect.model),
    '+CGMR': text(modem => modem.dialect.revision), '+GMR': text(modem => modem.dialect.revision),
    '+CGSN': text(() => '490154203237518'), '+GSN': text(() => '490154203237518'),
    '+CIMI': (modem, call) => {
        if (simError(modem, call)) return;
        call.line('001010123456789');
        call.ok();
    },
    '+CCID': text(() => '8901001012345678901'),
    '+CPIN': pin, '+CFUN': functionality,
    '+CREG': registration, '+CGREG': registration, '+CEREG': registration,
    '+COPS': text(modem => modem.registered ? '+COPS: 0,0,"Test network",7' : '+COPS: 0'),
    '+CSQ': text(modem => modem.registered ? '+CSQ: 21,99' : '+CSQ: 99,99'),
    '+CESQ': text(() => '+CESQ: 99,99,255,255,20,50'),
    '+CGATT': attach, '+CGDCONT': context, '+CGAUTH': setting, '+CGACT': activate,
    '+CGPADDR': text(modem => modem.bearer ? '+CGPADDR: 1,10.64.12.7' : '+CGPADDR: 1'),
    '+CPSMS': setting, '+CEDRXS': setting, '+CEDRXRDP': text(() => '+CEDRXRDP: 0'),
    '+IPR': (modem, call) => {
        if (call.kind === 'ask') call.line(`+IPR: ${modem.settings.get('+IPR') ?? '115200'}`);
        else modem.settings.set('+IPR', call.values[0]);
        call.ok();
        if (call.kind === 'set' && call.number(0) > 0) modem.onSpeed(call.number(0));
    },
    '+IFC': setting, '+ICF': setting, '+CCLK': text(() => '+CCLK: "26/01/02,03:04:05+00"'), '+CTZU': setting, '+CTZR': setting, '+CSCLK': setting, '+CGEREP': setting,
};
